#include "prenorm/diagnosis/diagnose_run.h"

#include <optional>
#include <string>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/diagnosis/diagnosis.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/json_file.h"

namespace prenorm::diagnosis {
namespace {

// The diagnosis that the run itself wrote.
struct Written {
  nlohmann::ordered_json json;
  std::string page;
  std::int64_t update = 0;  // of the fault
  bool stopped = false;
};

// nullopt if there is no such file, or it cannot be understood.
std::optional<Written> written(const runs::RunFolder& folder) {
  try {
    Written result{read_json<nlohmann::ordered_json>(folder.diagnosis()), read_file(folder.diagnosis_page())};
    const BasicJsonReader all(result.json), fault(all.at("fault"), MissingJson::kLeftAsItIs);
    std::string action;
    fault.whole("update", result.update);
    fault.value("action", action);
    result.stopped = action == "stop";
    return result;
  } catch (const FileError&) {  // a run that is resumed removes both
    if (is_there(folder.diagnosis()) && is_there(folder.diagnosis_page())) throw;
  } catch (const JsonError&) {
  }
  return std::nullopt;
}

}  // namespace

RunDiagnosis diagnose_run(const runs::RunFolder& folder) {
  if (!folder.exists())
    throw_error<UsageError>("{}: is not a run folder, it has no config.toml", folder.path().string());
  const Evidence evidence = read_evidence(folder);
  const Diagnosis now = diagnose(evidence);
  if (std::optional<Written> before = written(folder)) {
    const bool has_continued = !evidence.log.empty() && evidence.log.back().step > before->update;
    if (before->stopped && !has_continued) return {std::move(before->json), std::move(before->page), false};
    if (now.cause == Cause::kNone) {
      before->json["now"] = now.seen;
      return {std::move(before->json), fmt::format("{}\nSince then: {}\n", before->page, now.seen), false};
    }
  }
  return {to_json(now), to_page(now), now.cause == Cause::kNone};
}

}  // namespace prenorm::diagnosis
