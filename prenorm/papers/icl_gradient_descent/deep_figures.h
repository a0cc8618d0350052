#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/papers/results.h"

namespace prenorm::papers::icl_gradient_descent {

// What was measured, by study and seed.
using Studies = std::map<std::string, std::vector<nlohmann::json>>;

void add_deep_figures(Results& results, const Studies& measured);

}  // namespace prenorm::papers::icl_gradient_descent
