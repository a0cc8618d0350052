#include "prenorm/training/diagnose_run.h"

#include <optional>
#include <string>

#include "prenorm/base/error.h"
#include "prenorm/base/file.h"
#include "prenorm/training/diagnosis.h"

namespace prenorm::training {
namespace {

struct Written {
  nlohmann::ordered_json json;
  std::string page;
};

// What the run wrote itself; nullopt where there is no such file, or none that can be read.
std::optional<Written> written(const RunFolder& folder) {
  try {
    Written found{nlohmann::ordered_json::parse(read_file(folder.diagnosis()), nullptr, /*allow_exceptions=*/false),
                  read_file(folder.diagnosis_page())};
    const nlohmann::ordered_json& json = found.json;
    if (json.is_object() && json.contains("fault") && json["fault"].is_object()) return found;
  } catch (const FileError&) {  // a run that is resumed removes them
  }
  return std::nullopt;
}

}  // namespace

RunDiagnosis diagnose_run(const RunFolder& folder) {
  if (!folder.exists())
    throw_error<UsageError>("{}: is not a run folder, it has no config.toml", folder.path().string());
  const Evidence evidence = read_evidence(folder);
  const Diagnosis now = diagnose(evidence);
  if (std::optional<Written> found = written(folder)) {
    auto& [before, page] = *found;
    const std::int64_t update = before["fault"].value("update", std::int64_t{0});
    const bool stopped = before["fault"].value("action", "") == "stop";
    const bool went_on = !evidence.log.empty() && evidence.log.back().step > update;
    if (stopped && !went_on) return {std::move(before), std::move(page), false};
    if (now.cause == Cause::kNone) {
      before["now"] = now.seen;
      return {std::move(before), fmt::format("{}\nSince then: {}\n", page, now.seen), false};
    }
  }
  return {to_json(now), to_page(now), now.cause == Cause::kNone};
}

}  // namespace prenorm::training
