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
std::string placement_name(in_context::TokenNorm norm);

// `measured`: by study and seed; studies that are not there are left out.
void add_deep_results(Results& results, const std::map<std::string, std::vector<nlohmann::json>>& measured);

}  // namespace prenorm::papers::icl_gradient_descent
