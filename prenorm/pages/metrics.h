// metrics.jsonl as columns, read incrementally: looking at a run of 100,000 updates again only reads its new lines.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/config/stacks.h"
#include "prenorm/runs/metrics_line.h"

namespace prenorm::pages {

std::string name_of(const Layer& layer);  // "encoder 1"

// Norms of the gradient of the mean loss, before clipping.
struct Observation {
  double step = 0;
  std::map<Layer, double> norms;  // over all parameters of a layer
};

// A score of the validations by update.
struct ScoreCurve {
  std::vector<double> steps, values;
};

// The noise scale of a part of a model by update, in examples; NaN where there is no estimate or no bound.
struct NoiseCurve {
  std::string part;
  std::vector<double> steps, scales, lows, highs;
};

struct RunMetrics {
  // One value per logged update; losses in nats per target token, averaged since the previous line.
  std::vector<double> steps, losses, learning_rates, gradient_norms;
  std::vector<double> validation_steps, validation_losses;
  std::vector<double> bleu_steps, bleus;
  std::map<std::string, ScoreCurve> scores;  // by name: accuracy, f1, ...
  std::vector<Observation> observations;
  // At update 1: L2 norms by parameter, root mean squares by observation point.
  std::map<std::string, double> first_gradients, first_sizes;
  std::vector<NoiseCurve> noise;                   // by group, the whole model last if it was measured
  std::optional<runs::NoiseScaleLine> last_noise;  // the last line about it
  double seconds = 0;                              // time spent on updates

  double last_step() const;
  void add(std::string_view line);  // Errors: JsonError for text that is not a line of a log

 private:
  void add(const runs::UpdateLine& line);
  void add(const runs::ValidationLine& line);
  void add(const runs::ObservationLine& line);
  void add(const runs::NoiseScaleLine& line);
  void add_scores(const runs::ValidationLine& line);
};

class MetricsReader {
 public:
  explicit MetricsReader(std::filesystem::path path) : path_(std::move(path)) {}

  // Reads what has been added; a file that was replaced, truncated or overwritten is read again from the start. Returns
  // whether anything changed, including the file's removal. Never throws because of the content.
  bool update();

  const RunMetrics& metrics() const { return metrics_; }
  bool exists() const { return exists_; }
  // Number of complete lines that are not lines of a log.
  std::int64_t bad_lines() const { return bad_lines_; }
  // Whether the file ends in the middle of a line, which is still being written or was left by a killed run.
  bool ends_in_half_line() const { return half_line_; }

 private:
  void start_anew();
  void take_lines(std::string_view text);

  std::filesystem::path path_;
  RunMetrics metrics_;
  bool exists_ = false, half_line_ = false;
  std::int64_t bad_lines_ = 0;
  std::uint64_t device_ = 0, inode_ = 0;
  std::int64_t size_ = -1, modified_ns_ = 0;
  std::int64_t read_to_ = 0;
  std::string before_;  // the last bytes before read_to_, to recognise the file
};

}  // namespace prenorm::pages
