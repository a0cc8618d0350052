// Checks and figures of the networks beyond one layer of linear attention.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/papers/in_context/linear_attention.h"
#include "prenorm/papers/results.h"

namespace prenorm::papers::icl_gradient_descent {

// Numbers of tasks in the study of fixed sets.
inline constexpr std::int64_t kTaskSets[] = {128, 512, 2048, 8192};
std::string task_set_name(std::int64_t tasks);

// Two tied layers on more than ten pairs, and the gamma of least loss of two tied steps of GD++.
struct LongContext {
  std::int64_t pairs = 0;
  double gamma = 0;
};
inline constexpr LongContext kLongContexts[] = {{25, 0.099}, {50, 0.056}, {100, 0.0297}};
std::string long_context_name(std::int64_t pairs);

std::string placement_name(in_context::TokenNorm norm);

// `measured`: by study and seed; studies that are not there are left out.
void add_deep_results(Results& results, const std::map<std::string, std::vector<nlohmann::json>>& measured);

}  // namespace prenorm::papers::icl_gradient_descent
