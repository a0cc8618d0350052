#include "prenorm/training/metrics_log.h"

#include <cerrno>
#include <cstring>
#include <string>

#include "prenorm/base/error.h"
#include "prenorm/base/file.h"
#include "prenorm/base/file_system.h"
#include "prenorm/base/json.h"
#include "prenorm/base/line_reader.h"

namespace prenorm::training {
namespace {

std::string lines_up_to(const std::filesystem::path& path, std::int64_t step, bool keep_faults) {
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
    if (!json.contains("at_end")) kept += line + "\n";
  }
  return kept;
}

}  // namespace

MetricsLog::MetricsLog(std::filesystem::path path, std::int64_t step, bool keep_faults) : path_(std::move(path)) {
  write_file_atomically(path_, lines_up_to(path_, step, keep_faults));
  file_.open(path_, std::ios::app);
  if (!file_) throw_error<FileError>("{}: cannot be written", path_.string());
}

void MetricsLog::write(const nlohmann::ordered_json& line) {
  errno = 0;
  file_ << line.dump() << '\n' << std::flush;
  if (!file_) throw_error<FileError>("{}: cannot be written: {}", path_.string(), std::strerror(errno));
}

}  // namespace prenorm::training
