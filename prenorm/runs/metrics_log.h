// metrics.jsonl: one JSON object a line, each with "step" and "type".
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "prenorm/files/append_file.h"

namespace prenorm::runs {

// The last line of type "update"; zeros where there is none.
struct LastUpdateLine {
  std::int64_t step = 0, target_tokens = 0;
};

class MetricsLog {
 public:
  // Keeps the lines of steps up to `step` and drops what a stopped run wrote after its last checkpoint, half lines too,
  // and what it wrote because it ended ("at_end": true).
  // `keep_faults`: lines of type "fault" stay whatever their step, for a run that goes back after one.
  MetricsLog(const std::filesystem::path& path, std::int64_t step, bool keep_faults = false);

  // Errors: FileError.
  void write(const nlohmann::ordered_json& line);
  // Returns once every line so far survives a power cut. Errors: FileError.
  void sync() { file_.sync(); }
  // The last of the lines that were kept.
  const LastUpdateLine& kept() const { return kept_; }
  const std::filesystem::path& path() const { return file_.path(); }

 private:
  LastUpdateLine kept_;  // set while file_ is made
  AppendFile file_;
};

}  // namespace prenorm::runs
