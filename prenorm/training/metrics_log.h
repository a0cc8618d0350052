// metrics.jsonl: one JSON object a line, each with "step" and "type".
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json_fwd.hpp>

namespace prenorm::training {

class MetricsLog {
 public:
  // Keeps the lines of steps up to `step` and drops what a stopped run wrote after its last checkpoint, half lines too,
  // and what it wrote because it ended ("at_end": true).
  // `keep_faults`: lines of type "fault" stay whatever their step, for a run that goes back after one.
  MetricsLog(std::filesystem::path path, std::int64_t step, bool keep_faults = false);

  // Errors: FileError.
  void write(const nlohmann::ordered_json& line);

 private:
  std::filesystem::path path_;
  std::ofstream file_;
};

}  // namespace prenorm::training
