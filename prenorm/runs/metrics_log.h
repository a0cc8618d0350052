// The file metrics.jsonl: a log that grows line by line, and is cut back when a run is resumed or rolled back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "prenorm/files/append_file.h"
#include "prenorm/runs/metrics_line.h"

namespace prenorm::runs {

class MetricsLog {
 public:
  // Keeps the lines of steps up to `step` and drops what a stopped run wrote after its last checkpoint, half lines too,
  // and what it wrote because it ended (ValidationLine::at_end).
  // `keep_faults`: lines of faults stay whatever their step, for a run that goes back after one.
  MetricsLog(const std::filesystem::path& path, std::int64_t step, bool keep_faults = false);

  // Errors: FileError.
  void write(const MetricsLine& line);
  // Returns once every line so far survives a power cut. Errors: FileError.
  void sync() { file_.sync(); }
  // The last line of an update that was kept; zeros where there is none.
  const UpdateLine& kept() const { return kept_; }
  const std::filesystem::path& path() const { return file_.path(); }

 private:
  UpdateLine kept_;  // set while file_ is made
  AppendFile file_;
};

// Hands each line of a log to `take`, passing over what is no line: a run that was killed may have left half of one.
// Does nothing where there is no such file. Errors: FileError.
void read_metrics(const std::filesystem::path& path, const std::function<void(const MetricsLine&)>& take);

}  // namespace prenorm::runs
