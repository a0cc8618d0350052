#include "prenorm/papers/fit.h"

#include <cmath>

#include "prenorm/optim/gradient_norm.h"
#include "prenorm/optim/optimizer.h"
#include "prenorm/optim/schedule.h"

namespace prenorm::papers {

void TrajectoryRecorder::add(std::int64_t update, double loss, bool is_due) {
  sum_ += loss;
  ++count_;
  if (!is_due) return;
  trajectory_.update.push_back(static_cast<double>(update));
  trajectory_.loss.push_back(std::isfinite(loss) ? sum_ / static_cast<double>(count_) : loss);
  sum_ = 0;
  count_ = 0;
}

Trajectory fit(nn::Parameters& parameters, const std::function<at::Tensor(std::int64_t update)>& loss,
               const FitOptions& options) {
  optim::Optimizer optimizer(options.optim, parameters.trained_values(), parameters.gradients());
  TrajectoryRecorder recorder;
  for (std::int64_t update = 1; update <= options.updates; ++update) {
    parameters.gradients().zero_();
    const at::Tensor value = loss(update);
    value.backward();
    const double now = value.item<double>();
    const bool finite = std::isfinite(now);
    recorder.add(update, now, update % options.record_every == 0 || update == options.updates || !finite);
    if (!finite) break;
    const double limit = options.optim.clip_norm;
    const double scale = limit > 0 ? optim::clip_factor(optim::l2_norm(parameters.gradients()), limit) : 1;
    optimizer.step(optim::learning_rate(options.schedule, options.optim.lr, options.updates, update, /*epoch=*/1),
                   scale);
  }
  return recorder.trajectory();
}

}  // namespace prenorm::papers
