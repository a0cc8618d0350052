// Minimises a loss over a model's parameters: training for experiments, without files, signals or faults.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "prenorm/config/optim_config.h"
#include "prenorm/nn/parameters.h"

namespace prenorm::papers {

struct FitOptions {
  OptimConfig optim;  // clip_norm is ignored: gradients are not clipped
  ScheduleConfig schedule;
  std::int64_t updates = 0;
  std::int64_t record_every = 1;
};

// Losses of a fit, each the mean over the updates since the previous point.
struct Trajectory {
  std::vector<double> update, loss;
};

// loss(t), for updates t = 1, 2, ..., must return a scalar whose gradient reaches `parameters` (complete). A loss that
// is not finite is the last point of the fit.
Trajectory fit(nn::Parameters& parameters, const std::function<at::Tensor(std::int64_t update)>& loss,
               const FitOptions& options);

}  // namespace prenorm::papers
