// The noise scale of a part of a model, as logs and commands state it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/noise/scale_estimate.h"
#include "prenorm/noise/tracker.h"

namespace prenorm::noise {

struct PartNoise {
  std::string part{};
  ScaleEstimate scale{};  // in examples
  Moments moments{};      // the means whose ratio it is
};

std::vector<PartNoise> noise_of(const std::vector<PartMean>& means);

// An object of objects by the names of the parts. null: there is no such number. The noise scale in target tokens is
// only written, since it follows from the others.
nlohmann::ordered_json to_json(const std::vector<PartNoise>& parts, double target_tokens_per_example);
// Numbers that are missing are NaN, a missing lower bound is 0. Empty if it is no object.
std::vector<PartNoise> parts_from_json(const nlohmann::ordered_json& json);

}  // namespace prenorm::noise
