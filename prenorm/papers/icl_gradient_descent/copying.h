// Inputs and labels as tokens of their own: a layer that copies neighbours together, then a step of GD (von Oswald et
// al. 2022, section 5 and Proposition 3).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "prenorm/papers/icl_gradient_descent/training.h"

namespace prenorm::papers::icl_gradient_descent {

struct Copying {
  std::int64_t steps = 24'000, problems_per_step = 1'024;
  double learning_rate = 5e-3;  // five times the paper's, with which the plateau lasts 10,000 steps; halved twice
  std::int64_t record_every = 500;
  bool softmax_first = true;  // else both layers are linear
  std::uint64_t seed = 1;

  std::string name() const;
};

// Trains a layer with a softmax head, then a linear one, on tokens x_1, y_1, ..., x_N, y_N, x beside position codes. An
// object: step, loss; own, next, others: norm of the mean gradient of the sum of the first layer's output at a token
// with respect to that token, to the next one, and to the others, a mean over tokens.
nlohmann::json measure_copying(const Copying& copying, const Evaluation& evaluation);

}  // namespace prenorm::papers::icl_gradient_descent
