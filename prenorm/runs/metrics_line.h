// The lines of metrics.jsonl: what a run reports while it trains, one JSON object a line with "type" and "step".
// docs/training.md lists the keys. A number that is not finite is "nan", "inf" or "-inf"; null, which earlier versions
// wrote, is read as NaN.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "prenorm/runs/validation.h"

namespace prenorm::runs {

// Figures by the name of a parameter or an observation point, in the order of the model.
using NamedNumbers = std::vector<std::pair<std::string, double>>;

struct UpdateLine {
  std::int64_t step = 0, epoch = 0;
  double loss = 0, nll = 0;  // nats per target token, means since the line before
  double learning_rate = 0;  // of this update, as the next one
  double grad_norm = 0;      // L2, before clipping
  std::int64_t target_tokens = 0;
  double tokens_per_second = 0;
  double seconds = 0;  // spent on updates so far
};

// What an update looks like from inside. Gradients are those of the mean loss, before clipping.
struct ObservationLine {
  std::int64_t step = 0;
  NamedNumbers grad_norms{}, weight_norms{}, update_ratios{};  // by parameter
  NamedNumbers rms{};                                          // of the states, by point
};

struct ValidationLine {
  std::int64_t step = 0;
  Validation validation{};
  bool best_so_far = false;
  bool at_end = false;  // measured only because the run ended here: a run that is resumed forgets it
};

// The batch that a fault came from.
struct FaultyBatch {
  std::int64_t epoch = 0, batch = 0;
  std::string origin{};
  double loss = 0;  // nats per target token
  double learning_rate = 0, grad_norm = 0;
};

struct FaultLine {
  std::int64_t step = 0;    // the update that is made next
  std::int64_t update = 0;  // the one at fault
  std::string kind{}, what{}, tensor{}, action{};
  std::optional<FaultyBatch> batch{};  // nothing where the weights alone are at fault
};

// A line of a type that this version does not know.
struct OtherLine {
  std::int64_t step = 0;
};

using MetricsLine = std::variant<UpdateLine, ObservationLine, ValidationLine, FaultLine, OtherLine>;

std::int64_t step_of(const MetricsLine& line);

nlohmann::ordered_json to_json(const MetricsLine& line);

// Nothing where the text is no line of a log. A number that is missing is NaN, or 0 if it is a count.
std::optional<MetricsLine> parse_metrics_line(std::string_view text);

}  // namespace prenorm::runs
