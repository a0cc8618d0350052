// Norms of the gradients of several batches by parameter: the norm of their mean and the mean of their norms.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "prenorm/nn/parameters.h"
#include "prenorm/probe/measurement.h"

namespace prenorm::probe {

class GradientAverage {
 public:
  // Averages over this many batches.
  GradientAverage(const nn::Parameters& parameters, std::int64_t batches);

  // Adds the current parameters.gradients(), times `scale`.
  void add(double scale);
  // Overwrites parameters.gradients() with the mean.
  std::vector<GradientNorms> norms();

 private:
  const nn::Parameters& parameters_;
  double batches_;
  at::Tensor mean_;
  std::vector<GradientNorms> norms_;
};

}  // namespace prenorm::probe
