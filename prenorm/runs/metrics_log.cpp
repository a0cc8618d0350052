#include "prenorm/runs/metrics_log.h"

#include <cerrno>
#include <cstring>
#include <string>

#include "prenorm/base/json.h"
#include "prenorm/base/json_text.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::runs {
namespace {

std::string lines_up_to(const std::filesystem::path& path, std::int64_t step, bool keep_faults, LastUpdateLine& last) {
  std::string kept;
  if (!is_there(path)) return kept;
  LineReader reader(path);
  for (std::string line; reader.next(line);) {
    const auto json = parse_json(line);
    const bool whole = json.is_object() && json.contains("step") && json["step"].is_number_integer();
    if (!whole) break;
    const bool fault = keep_faults && json.value("type", nlohmann::json()) == "fault";
    if (json["step"].get<double>() > static_cast<double>(step) && !fault) {
      if (!keep_faults) break;
      continue;
    }
    if (json.contains("target_tokens") && json["target_tokens"].is_number_integer())
      last = {json["step"].get<std::int64_t>(), json["target_tokens"].get<std::int64_t>()};
    if (!json.contains("at_end")) kept += line + "\n";
  }
  return kept;
}

// The file once it holds only those lines.
std::filesystem::path shortened(const std::filesystem::path& path, std::int64_t step, bool keep_faults,
                                LastUpdateLine& last) {
  write_file_atomically(path, lines_up_to(path, step, keep_faults, last));
  return path;
}

}  // namespace

MetricsLog::MetricsLog(const std::filesystem::path& path, std::int64_t step, bool keep_faults)
    : file_(shortened(path, step, keep_faults, kept_)) {}

void MetricsLog::write(const nlohmann::ordered_json& line) { file_.append(json_text(line) + '\n'); }

}  // namespace prenorm::runs
