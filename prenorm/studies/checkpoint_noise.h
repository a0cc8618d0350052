// The gradient noise scale at the checkpoint where branches begin, beside the critical batch size that they measure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "prenorm/base/interval.h"
#include "prenorm/noise/scale_estimate.h"
#include "prenorm/runs/checkpoint.h"

namespace prenorm::studies {

struct CheckpointNoise {
  std::string part{};                    // "total", or "norm" with train.noise_scale = "norm"
  noise::ScaleEstimate target_tokens{};  // in place of examples
};

// As the run measured it; nothing if it did not.
std::optional<CheckpointNoise> checkpoint_noise(const runs::TrainerState& state);

// A member `noise_scale` of branches.json. Errors when reading: JsonError.
void to_json(nlohmann::json& json, const CheckpointNoise& noise);
void from_json(const nlohmann::json& json, CheckpointNoise& noise);

// "1,230 target tokens (95 %: 900 to 1,700) over all weights"
std::string noise_text(const CheckpointNoise& noise);
// Whether it predicted the critical batch size, of which `critical` is the 95 % interval in target tokens: "the two
// intervals overlap", "the noise scale is smaller".
std::string comparison_text(const CheckpointNoise& noise, const Interval& critical);

}  // namespace prenorm::studies
