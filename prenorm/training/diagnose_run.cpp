#include "prenorm/training/diagnose_run.h"

#include <filesystem>

#include "prenorm/base/error.h"
#include "prenorm/base/file.h"
#include "prenorm/training/diagnosis.h"

namespace prenorm::training {
namespace {

// What the run wrote itself; null where there is no such file, or none that can be read.
nlohmann::ordered_json written(const RunFolder& folder) {
  if (!std::filesystem::exists(folder.diagnosis()) || !std::filesystem::exists(folder.diagnosis_page())) return {};
  auto json = nlohmann::ordered_json::parse(read_file(folder.diagnosis()), nullptr, /*allow_exceptions=*/false);
  return json.is_object() && json.contains("fault") && json["fault"].is_object() ? json : nlohmann::ordered_json();
}

}  // namespace

RunDiagnosis diagnose_run(const RunFolder& folder) {
  if (!folder.exists())
    throw_error<UsageError>("{}: is not a run folder, it has no config.toml", folder.path().string());
  const Evidence evidence = read_evidence(folder);
  const Diagnosis now = diagnose(evidence);
  nlohmann::ordered_json before = written(folder);
  if (!before.is_null()) {
    const std::int64_t update = before["fault"].value("update", std::int64_t{0});
    const bool stopped = before["fault"].value("action", "") == "stop";
    const bool went_on = !evidence.log.empty() && evidence.log.back().step > update;
    if (stopped && !went_on) return {std::move(before), read_file(folder.diagnosis_page()), false};
    if (now.cause == Cause::kNone) {
      before["now"] = now.seen;
      return {std::move(before), fmt::format("{}\nSince then: {}\n", read_file(folder.diagnosis_page()), now.seen),
              false};
    }
  }
  return {to_json(now), to_page(now), now.cause == Cause::kNone};
}

}  // namespace prenorm::training
