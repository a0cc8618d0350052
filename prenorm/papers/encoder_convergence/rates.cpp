#include "prenorm/papers/encoder_convergence/rates.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "prenorm/base/statistics.h"

namespace prenorm::papers::encoder_convergence {
namespace {

std::size_t epochs_above_rounding(const std::vector<double>& loss) {
  const auto end = std::find_if(loss.begin(), loss.end(), [&](double l) { return l < 1e-24 * loss[0]; });
  return static_cast<std::size_t>(end - loss.begin());
}

}  // namespace

LateRate late_rate(const std::vector<double>& loss) {
  const std::size_t end = epochs_above_rounding(loss);
  std::vector<double> epoch, log_loss;
  for (std::size_t t = end / 2; t < end; ++t) {
    epoch.push_back(static_cast<double>(t));
    log_loss.push_back(std::log(loss[t]));
  }
  const Line line = fit_line(epoch, log_loss);
  return {-line.slope, line.r_squared};
}

double epochs_to(const std::vector<double>& loss, double share) {
  for (std::size_t t = 1; t < loss.size(); ++t) {
    if (!(loss[t] <= share * loss[0])) continue;
    const double before = std::log(loss[t - 1]), now = std::log(loss[t]);
    return static_cast<double>(t) - (std::log(share * loss[0]) - now) / (before - now);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

double worst_step_ratio(const std::vector<double>& loss) {
  double worst = 0;
  for (std::size_t t = 1; t < epochs_above_rounding(loss); ++t) {
    const double ratio = loss[t] / loss[t - 1];
    if (!(ratio <= worst)) worst = ratio;
  }
  return worst;
}

}  // namespace prenorm::papers::encoder_convergence
