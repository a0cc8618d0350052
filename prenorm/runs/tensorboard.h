// Writes the lines of metrics.jsonl, and histograms of weights, for TensorBoard.
#pragma once

#include <vector>

#include "prenorm/io/event_file.h"
#include "prenorm/nn/parameters.h"
#include "prenorm/runs/metrics_line.h"

namespace prenorm::runs {

class TensorBoardLog {
 public:
  // Continues after update `step`: lines of later updates in the folder are dropped. Errors, of every member function:
  // FileError.
  TensorBoardLog(const std::filesystem::path& folder, std::int64_t step);

  // Writes every number of a line as `<type>/<key>`; for an observation as `<key>/<parameter or point>`, with a
  // histogram of the numbers of each key; for the noise scale as `<key>/<part>/<number>`, where there is a number.
  void write(const MetricsLine& line);
  // Writes `weights/<parameter>`.
  void write_weights(std::int64_t step, const std::vector<nn::Parameter>& parameters);
  // Returns once everything written so far survives a power cut.
  void sync() { file_.sync(); }

 private:
  io::EventFile file_;
};

}  // namespace prenorm::runs
