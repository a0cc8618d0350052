// Means over seeds of what a study measured.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

namespace prenorm::papers::icl_gradient_descent {

double mean_number(const std::vector<nlohmann::json>& seeds, const char* name);

// Element by element: a list, or a list in an object of what was measured.
std::vector<double> mean_numbers(const std::vector<nlohmann::json>& seeds, const char* name,
                                 const char* inner = nullptr);

}  // namespace prenorm::papers::icl_gradient_descent
