#include "prenorm/runs/metrics_log.h"

#include <nlohmann/json.hpp>
#include <string>

#include "prenorm/base/json_text.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::runs {
namespace {

bool ends_a_run(const MetricsLine& line) {
  const auto* validation = std::get_if<ValidationLine>(&line);
  return validation != nullptr && validation->at_end;
}

std::string lines_up_to(const std::filesystem::path& path, std::int64_t step, bool keep_faults, UpdateLine& last) {
  std::string kept;
  if (!is_there(path)) return kept;
  LineReader reader(path);
  for (std::string text; reader.next(text);) {
    const std::optional<MetricsLine> line = parse_metrics_line(text);
    if (!line) break;
    if (step_of(*line) > step && !(keep_faults && std::holds_alternative<FaultLine>(*line))) {
      if (!keep_faults) break;
      continue;
    }
    if (const auto* update = std::get_if<UpdateLine>(&*line)) last = *update;
    if (!ends_a_run(*line)) kept += text + "\n";
  }
  return kept;
}

// Shortens the file to those lines and returns its path.
std::filesystem::path shortened(const std::filesystem::path& path, std::int64_t step, bool keep_faults,
                                UpdateLine& last) {
  write_file_atomically(path, lines_up_to(path, step, keep_faults, last));
  return path;
}

}  // namespace

MetricsLog::MetricsLog(const std::filesystem::path& path, std::int64_t step, bool keep_faults)
    : file_(shortened(path, step, keep_faults, kept_)) {}

void MetricsLog::write(const MetricsLine& line) { file_.append(json_text(to_json(line)) + '\n'); }

void read_metrics(const std::filesystem::path& path, const std::function<void(const MetricsLine&)>& take) {
  if (!is_there(path)) return;
  LineReader reader(path);
  for (std::string text; reader.next(text);)
    if (const std::optional<MetricsLine> line = parse_metrics_line(text)) take(*line);
}

}  // namespace prenorm::runs
