#include <algorithm>
#include <cmath>
#include <limits>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/extremes.h"
#include "prenorm/papers/norm_only/checks.h"
#include "prenorm/papers/norm_only/khatri_rao.h"

namespace prenorm::papers::norm_only {
namespace {

double geometric_mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += std::log(value);
  return std::exp(sum / static_cast<double>(values.size()));
}

// A square Gaussian matrix of n rows has a mean logarithm of its condition of ln n + 1.537 (Edelman 1988).
constexpr double kGaussianConditionOverRows = 4.65;

void check_draws(const Draws& draws, const std::string& prefix, double d, std::vector<Check>& checks) {
  checks.push_back({prefix + "full_rank",
                    "theorem, case 1",
                    {{"d", d}},
                    least(column(draws, &Draw::full_rank)),
                    1,
                    {1, 1},
                    "1 if K has full rank in every draw, by its singular values"});
  checks.push_back({prefix + "reconstruction_error",
                    "theorem, case 1",
                    {{"d", d}},
                    greatest(column(draws, &Draw::residual)),
                    0,
                    {0, 1e-9},
                    "|W2 diag(gamma) W1 - W*| / |W*|, m = d^2, greatest of all draws"});
}

}  // namespace

void check_exact(const ExactStudy& study, std::vector<Check>& checks) {
  for (std::size_t i = 0; i < study.widths.size(); ++i) {
    const auto d = static_cast<double>(study.widths[i]);
    check_draws(study.normal[i], "", d, checks);
    checks.push_back({"condition_over_equations",
                      "ill-conditioning",
                      {{"d", d}},
                      geometric_mean(column(study.normal[i], &Draw::condition)) / (d * d),
                      kGaussianConditionOverRows,
                      {kGaussianConditionOverRows / 2.5, kGaussianConditionOverRows * 2.5},
                      "geometric mean of cond(K) / d^2; predicted: a Gaussian matrix of as many rows"});
  }
  check_draws(study.uniform, "uniform_", static_cast<double>(kMainWidth), checks);
}

void check_threshold(const ThresholdStudy& study, std::vector<Check>& checks) {
  for (std::size_t i = 0; i < study.ratios.size(); ++i) {
    const double ratio = study.ratios[i], expected = expected_residual(ratio);
    const std::vector<double> residuals = column(study.draws[i], &Draw::residual);
    if (ratio < 1)
      // A residual^2 has the Beta distribution of a random direction's distance from a subspace: the standard deviation
      // of the residual is at most 0.038, that of a mean of 20 draws 0.0085.
      checks.push_back({"threshold_residual",
                        "budget d' l' >= 2 d^2 l",
                        {{"m / d^2", ratio}},
                        mean_of(residuals),
                        expected,
                        around(expected, 0.03),
                        "relative residual of least squares with m units, mean; predicted: sqrt(1 - m/d^2)"});
    else
      checks.push_back({"threshold_residual",
                        "budget d' l' >= 2 d^2 l",
                        {{"m / d^2", ratio}},
                        greatest(residuals),
                        0,
                        {0, 1e-10},
                        "relative residual with m units, greatest of all draws"});
  }
  const auto over = [&](double ratio, double Draw::*member) {
    return geometric_mean(column(at_ratio(study, ratio), member));
  };
  checks.push_back({"condition_peak",
                    "ill-conditioning",
                    {},
                    over(1, &Draw::condition) / std::max(over(0.9, &Draw::condition), over(1.1, &Draw::condition)),
                    16,
                    {5, std::numeric_limits<double>::infinity()},
                    "geometric mean of cond(K) at m = d^2 over the greater of those at 0.9 and 1.1 d^2"});
  checks.push_back(
      {"scale_peak",
       "ill-conditioning",
       {},
       over(1, &Draw::largest_scale) / std::max(over(0.9, &Draw::largest_scale), over(1.1, &Draw::largest_scale)),
       8,
       {3, std::numeric_limits<double>::infinity()},
       "the same for the greatest |gamma|"});
}

void check_controls(const ControlStudy& study, std::vector<Check>& checks) {
  checks.push_back({"half_tuned_residual",
                    "control",
                    {{"other gamma", 0}},
                    mean_of(column(study.zero, &Draw::residual)),
                    std::sqrt(0.5),
                    {std::sqrt(0.5) - 0.03, std::sqrt(0.5) + 0.03},
                    "relative residual, half of the d^2 scales tuned, the others 0; mean"});
  // What the others write has half the variance of W* and is independent of it, so 3/2 |W*|^2 is to be written. Its
  // size varies more than the residual of a random direction.
  checks.push_back({"half_tuned_residual",
                    "control",
                    {{"other gamma", 1}},
                    mean_of(column(study.one, &Draw::residual)),
                    std::sqrt(0.75),
                    {std::sqrt(0.75) - 0.045, std::sqrt(0.75) + 0.045},
                    "the same, the others 1; predicted: sqrt(3/2) sqrt(1/2)"});
}

}  // namespace prenorm::papers::norm_only
