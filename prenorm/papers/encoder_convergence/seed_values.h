// One number for many seeds. NaN is never left out.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "prenorm/papers/encoder_convergence/model.h"
#include "prenorm/papers/extremes.h"

namespace prenorm::papers::encoder_convergence {

inline constexpr double kUnbounded = std::numeric_limits<double>::infinity();

// f of each item.
template <class Item, class Function>
std::vector<double> values_of(const std::vector<Item>& items, const Function& f) {
  std::vector<double> values;
  for (const Item& item : items) values.push_back(f(item));
  return values;
}

// The ratio farthest from 1 by its logarithm.
inline double farthest_ratio(const std::vector<double>& values) {
  double farthest = values.at(0);
  for (const double value : values)
    if (std::isnan(value) || std::abs(std::log(value)) > std::abs(std::log(farthest))) farthest = value;
  return farthest;
}

// What identifies a check on a model, beside the prefix of its name: "lecun_".
using CheckSetting = std::vector<std::pair<std::string, double>>;
CheckSetting check_setting(const Model& model);  // d_m and the exponent of tau_0
CheckSetting check_setting(AttentionScale scale);
std::string check_prefix(Initialization initialization);

}  // namespace prenorm::papers::encoder_convergence
