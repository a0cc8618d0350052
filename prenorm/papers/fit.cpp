#include "prenorm/papers/fit.h"

#include <cmath>

#include "prenorm/optim/optimizer.h"
#include "prenorm/optim/schedule.h"

namespace prenorm::papers {

Trajectory fit(nn::Parameters& parameters, const std::function<at::Tensor(std::int64_t update)>& loss,
               const FitOptions& options) {
  optim::Optimizer optimizer(options.optim, parameters.values(), parameters.gradients());
  Trajectory trajectory;
  double sum = 0;
  std::int64_t count = 0;
  for (std::int64_t update = 1; update <= options.updates; ++update) {
    parameters.gradients().zero_();
    const at::Tensor value = loss(update);
    value.backward();
    const double now = value.item<double>();
    const bool finite = std::isfinite(now);
    sum += now;
    ++count;
    if (update % options.record_every == 0 || update == options.updates || !finite) {
      trajectory.update.push_back(static_cast<double>(update));
      trajectory.loss.push_back(finite ? sum / static_cast<double>(count) : now);
      sum = 0;
      count = 0;
    }
    if (!finite) break;
    optimizer.step(optim::learning_rate(options.schedule, options.optim.lr, options.updates, update, /*epoch=*/1));
  }
  return trajectory;
}

}  // namespace prenorm::papers
