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
  OptimConfig optim;  // clip_norm: of the whole gradient
  ScheduleConfig schedule;
  std::int64_t updates = 0;
  std::int64_t record_every = 1;
};

// Losses of a fit, each the mean over the updates since the previous point.
struct Trajectory {
  std::vector<double> update, loss;
};

// Collects the losses of updates into points.
class TrajectoryRecorder {
 public:
  // is_due: this update ends a point. A loss that is not finite is the value of its point.
  void add(std::int64_t update, double loss, bool is_due);
  const Trajectory& trajectory() const { return trajectory_; }

 private:
  Trajectory trajectory_;
  double sum_ = 0;
  std::int64_t count_ = 0;
};

// loss(t), for updates t = 1, 2, ..., must return a scalar whose gradient reaches `parameters` (complete). A loss that
// is not finite is the last point of the fit.
Trajectory fit(nn::Parameters& parameters, const std::function<at::Tensor(std::int64_t update)>& loss,
               const FitOptions& options);

}  // namespace prenorm::papers
