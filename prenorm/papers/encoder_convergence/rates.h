// How fast a loss falls: `loss` has the value before the first epoch and after each.
#pragma once

#include <vector>

namespace prenorm::papers::encoder_convergence {

// The line through ln(loss) over the second half of the epochs, which end where the loss is 1e-24 of the initial one:
// rounding limits it to about 1e-31.
struct LateRate {
  double per_epoch = 0;  // positive if the loss falls
  double r_squared = 0;
};
LateRate late_rate(const std::vector<double>& loss);

// The epoch at which the loss first is `share` of the initial one, interpolated; NaN if there is none.
double epochs_to(const std::vector<double>& loss, double share);

// The greatest loss(t + 1) / loss(t) of the epochs that late_rate() may see: below 1 if the loss falls in each.
double worst_step_ratio(const std::vector<double>& loss);

}  // namespace prenorm::papers::encoder_convergence
