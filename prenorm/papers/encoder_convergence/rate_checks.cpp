#include <algorithm>
#include <cmath>

#include "prenorm/papers/encoder_convergence/checks.h"
#include "prenorm/papers/encoder_convergence/rates.h"
#include "prenorm/papers/encoder_convergence/seed_values.h"

namespace prenorm::papers::encoder_convergence {
namespace {

constexpr double kLeastRSquared = 0.99;
constexpr auto kSamples = static_cast<double>(kGaussianSize.samples);

void check_linear_rate(const Runs& r, std::vector<Check>& checks) {
  const std::string prefix = check_prefix(r.model.initialization);
  checks.push_back({prefix + "loss_falls",
                    "section 5.1, panel (a)",
                    check_setting(r.model),
                    greatest(values_of(r.seeds, [](const Trained& t) { return worst_step_ratio(t.loss); })),
                    1,
                    {0, 1 - 1e-6},
                    "the greatest loss(t + 1) / loss(t) of all epochs and seeds"});
  checks.push_back({prefix + "r_squared",
                    "section 5.1, panel (a)",
                    check_setting(r.model),
                    least(values_of(r.seeds, [](const Trained& t) { return late_rate(t.loss).r_squared; })),
                    1,
                    {kLeastRSquared, 1 + 1e-9},
                    "R^2 of the line through ln(loss) over the second half of the epochs, least of the seeds"});
  const auto ratio = [](const Trained& t) { return late_rate(t.loss).per_epoch / (2 * t.step * t.least); };
  checks.push_back({prefix + "rate",
                    "section 5.1, panel (a)",
                    check_setting(r.model),
                    farthest_ratio(values_of(r.seeds, ratio)),
                    1,
                    {0.8, 3},
                    "the rate of that line over 2 gamma lambda_min(K(0)), of all seeds the farthest from 1"});
}

// The decay of the logarithm of the loss over that of the bound, at the epoch where the ratio is least.
double least_over_bound(const Trained& t) {
  double worst = kUnbounded;
  for (std::size_t epoch = 1; epoch < t.loss.size(); ++epoch) {
    const double decay = std::log(t.loss[0] / t.loss[epoch]);
    worst = std::fmin(worst, decay / (-static_cast<double>(epoch) * std::log1p(-t.bound())));
  }
  return worst;
}

Check bound_check(const Runs& r) {
  return {check_prefix(r.model.initialization) + "over_bound",
          "convergence theorem",
          check_setting(r.model),
          least(values_of(r.seeds, least_over_bound)),
          1,
          {1, kUnbounded},
          "ln(loss(0) / loss(t)) over that of the bound (1 - gamma alpha^2 / 2)^t, least of all epochs and seeds"};
}

// The least singular value of an N x d_m matrix of independent entries grows as sqrt(d_m) - sqrt(N).
Check alpha_check(const Runs& narrow, const Runs& wide) {
  std::vector<double> ratios;
  for (std::size_t seed = 0; seed < wide.seeds.size(); ++seed)
    ratios.push_back(wide.seeds[seed].alpha_squared / narrow.seeds[seed].alpha_squared);
  const auto root = [](const Runs& r) { return std::sqrt(static_cast<double>(r.model.width)) - std::sqrt(kSamples); };
  const double predicted = std::pow(root(wide) / root(narrow), 2);
  return {check_prefix(wide.model.initialization) + "alpha_growth",
          "convergence theorem",
          check_setting(wide.model),
          least(ratios),
          predicted,
          {2, kUnbounded},
          "alpha^2 over that of the next smaller width, least; predicted: independent entries of F"};
}

void check_below_samples(const Runs& r, std::vector<Check>& checks) {
  checks.push_back(
      {check_prefix(r.model.initialization) + "alpha_below_n",
       "convergence theorem",
       check_setting(r.model),
       greatest(values_of(r.seeds, [](const Trained& t) { return std::abs(t.alpha_squared) / t.output; })),
       0,
       {0, 1e-10},
       "the least eigenvalue of F F^T over the mean of its diagonal, greatest: there is no bound if d_m < N"});
  checks.push_back({check_prefix(r.model.initialization) + "loss_below_n",
                    "convergence theorem",
                    check_setting(r.model),
                    greatest(values_of(r.seeds, [](const Trained& t) { return t.loss.back() / t.loss[0]; })),
                    0,
                    {0, 1e-3},
                    "final loss over initial loss with d_m < N, greatest: the width of the theorem is not necessary"});
}

}  // namespace

void check_rates(const std::vector<Runs>& runs, std::vector<Check>& checks) {
  for (const Runs& r : runs) {
    if (r.model.width < kGaussianSize.samples) {
      check_below_samples(r, checks);
      continue;
    }
    checks.push_back(bound_check(r));
    if (r.model.width >= 256) check_linear_rate(r, checks);
  }
  for (std::size_t i = 1; i < runs.size(); ++i) {
    const bool same_kind = runs[i].model.width > runs[i - 1].model.width;
    if (same_kind && runs[i - 1].model.width >= kGaussianSize.samples)
      checks.push_back(alpha_check(runs[i - 1], runs[i]));
  }
}

}  // namespace prenorm::papers::encoder_convergence
