// The lines of metrics.jsonl, which a run writes during training: one JSON object per line, with "type" and "step".
// docs/training.md lists the keys. Numbers that are not finite are written as "nan", "inf" or "-inf". Earlier versions
// wrote null, which is read as NaN.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "prenorm/noise/part_noise.h"
#include "prenorm/runs/validation.h"

namespace prenorm::runs {

// Figures by the name of a parameter or an observation point, in the order of the model.
using NamedNumbers = std::vector<std::pair<std::string, double>>;

struct UpdateLine {
  std::int64_t step = 0, epoch = 0;
  double loss = 0, nll = 0;  // nats per target token, means since the previous line
  double learning_rate = 0;  // at this update, not a mean; likewise grad_norm
  double grad_norm = 0;      // L2, before clipping
  std::int64_t target_tokens = 0;
  std::int64_t batches = 0;  // of this update; 0 = not written, since the configuration says it
  double tokens_per_second = 0;
  double seconds = 0;  // time spent on updates so far
};

// Figures measured inside an update. Gradients are those of the mean loss, before clipping.
struct ObservationLine {
  std::int64_t step = 0;
  NamedNumbers grad_norms{}, weight_norms{}, update_ratios{};  // by parameter
  NamedNumbers rms{};                                          // size of the states, by point
  // Mean over pairs of tokens of a sequence, by point; none where no sequence has two tokens.
  NamedNumbers mean_cosines{};
};

// Means over updates, the latest with the largest weight.
struct NoiseScaleLine {
  std::int64_t step = 0;
  std::int64_t updates = 0;                   // that gave an estimate, so far
  std::int64_t updates_without_estimate = 0;  // those with fewer than two examples, for which there is none
  double updates_in_mean = 0;                 // the number of updates whose plain mean is as exact
  double examples = 0;                        // of an update, on average
  double target_tokens_per_example = 0;
  std::vector<noise::PartNoise> groups{}, layers{};
};

NoiseScaleLine noise_scale_line(std::int64_t step, const noise::Tracker& tracker);

struct ValidationLine {
  std::int64_t step = 0;
  Validation validation{};
  bool best_so_far = false;
  bool at_end = false;  // measured only because the run ended here; a resumed run drops the line
};

// The batch that caused a fault.
struct FaultyBatch {
  std::int64_t epoch = 0, batch = 0;
  std::string origin{};
  double loss = 0;  // nats per target token
  double learning_rate = 0, grad_norm = 0;
};

struct FaultLine {
  std::int64_t step = 0;    // the next update
  std::int64_t update = 0;  // the update at fault
  std::string kind{}, what{}, tensor{}, action{};
  std::optional<FaultyBatch> batch{};  // nullopt if only the weights are at fault
};

// A line whose type this version does not know.
struct OtherLine {
  std::int64_t step = 0;
};

using MetricsLine = std::variant<UpdateLine, ObservationLine, ValidationLine, FaultLine, NoiseScaleLine, OtherLine>;

std::int64_t step_of(const MetricsLine& line);

nlohmann::ordered_json to_json(const MetricsLine& line);

// nullopt if the text is not a line of a log. Missing numbers are NaN, or 0 if they are counts.
std::optional<MetricsLine> parse_metrics_line(std::string_view text);

}  // namespace prenorm::runs
