// What the experiment trains: every model of every seed, as cells that are computed together.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "prenorm/papers/icl_gradient_descent/copying.h"
#include "prenorm/papers/icl_gradient_descent/training.h"

namespace prenorm::papers::icl_gradient_descent {

struct Setting {
  std::int64_t evaluated = 65'536;  // problems
  std::int64_t one_layer_steps = 5'000, two_layer_steps = 5'000, ten_layer_steps = 10'000, five_layer_steps = 20'000;
  std::int64_t softmax_steps = 5'000;
  std::int64_t long_context_steps = 3'000, long_context_pilot_steps = 1'000;
  std::int64_t fit_steps = 2'000;  // of GD++
  std::int64_t copying_steps = 24'000;
  std::int64_t fixed_set_steps = 2'000;
  std::int64_t sine_steps = 3'000;
};

// What each study measured, by seed.
using Measured = std::vector<nlohmann::json>;

struct Study {
  std::string name;
  std::function<std::string(std::uint64_t seed)> cell_name;
  std::function<nlohmann::json(std::uint64_t seed)> measure;
};

// With the name by which results are found again.
Study one_layer_study(std::string name, double half_width, const Setting& setting);
Study deep_study(std::string name, const in_context::AttentionNetwork& network, std::int64_t steps,
                 const Setting& setting);
Study softmax_study(std::string name, std::int64_t heads, const Setting& setting);
// Two tied layers that read `pairs` pairs, not ten.
Study long_context_study(std::string name, std::int64_t pairs, const Setting& setting);
Study fixed_set_study(std::string name, std::int64_t tasks, const Setting& setting);
Study copying_study(std::string name, const Setting& setting);
Study sine_study(std::string name, const Setting& setting);

}  // namespace prenorm::papers::icl_gradient_descent
