// The file metrics.jsonl: a log that grows line by line and is shortened when a run is resumed or rolled back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "prenorm/files/append_file.h"
#include "prenorm/runs/metrics_line.h"

namespace prenorm::runs {

class MetricsLog {
 public:
  // Keeps the lines of steps up to `step`. Drops the lines, whole or half, that a stopped run wrote after its last
  // checkpoint, and those it wrote because it ended (ValidationLine::at_end).
  // `keep_faults`: keeps the lines of faults, whatever their step, for a rollback after a fault.
  MetricsLog(const std::filesystem::path& path, std::int64_t step, bool keep_faults = false);

  // Errors: FileError.
  void write(const MetricsLine& line);
  // Returns once every line so far survives a power cut. Errors: FileError.
  void sync() { file_.sync(); }
  // The last line of an update that was kept; zeros if there is none.
  const UpdateLine& kept() const { return kept_; }
  const std::filesystem::path& path() const { return file_.path(); }

 private:
  UpdateLine kept_;  // set while file_ is constructed
  AppendFile file_;
};

// Calls `take` with each line of a log. Skips text that is not a line, since a killed run may have left half a line.
// Does nothing if the file does not exist. Errors: FileError.
void read_metrics(const std::filesystem::path& path, const std::function<void(const MetricsLine&)>& take);

}  // namespace prenorm::runs
