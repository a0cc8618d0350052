#include <cmath>
#include <limits>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/noise_scale/checks.h"

namespace prenorm::papers::noise_scale {
namespace {

std::vector<double> values_of(const std::vector<Moments>& series, double Moments::*member) {
  std::vector<double> values;
  for (const Moments& m : series) values.push_back(m.*member);
  return values;
}

// Distance of the mean from the exact value in standard errors of the mean.
double standard_errors(const std::vector<Moments>& series, double Moments::*member, double exact) {
  const std::vector<double> values = values_of(series, member);
  return std::abs(mean_of(values) - exact) /
         (standard_deviation(values) / std::sqrt(static_cast<double>(values.size())));
}

}  // namespace

std::string check_prefix(NormPlacement placement) { return std::string(enum_name(placement)) + "_"; }

void check_exact(const real_data::Characters& text, std::uint64_t seed, std::vector<Check>& checks) {
  for (const NormPlacement placement : {NormPlacement::kPreLn, NormPlacement::kPostLn}) {
    for (const KindError& kind : errors_by_kind(placement, text, seed))
      checks.push_back({check_prefix(placement) + kind.kind + "_error",
                        "section 3",
                        {},
                        kind.error,
                        0,
                        {0, 1e-4},
                        "squared gradients of examples against a loop over examples, float, relative"});
    const BatchingErrors errors = batching_errors(placement, text, seed);
    checks.push_back({check_prefix(placement) + "batching_error",
                      "section 3",
                      {},
                      std::max(errors.square_sums, errors.sum_squares),
                      0,
                      {0, 1e-3},
                      "64 sequences in 1, 8 and 64 batches: greatest relative difference of a parameter"});
  }
}

std::vector<RegressionCase> regression_cases(const Setting& setting) {
  std::vector<RegressionCase> cases = {{64, 1, {}}, {64, 8, {}}, {64, 32, {}}, {256, 1, {}}};
  for (RegressionCase& c : cases) c.series = regression_series({}, c.big, c.small, setting.regression_steps, 1);
  return cases;
}

void check_regression(const std::vector<RegressionCase>& cases, std::vector<Check>& checks) {
  const Moments exact = Regression{}.exact();
  for (const RegressionCase& c : cases) {
    const std::vector<std::pair<std::string, double>> setting = {{"big", static_cast<double>(c.big)},
                                                                 {"small", static_cast<double>(c.small)}};
    checks.push_back({"regression_gradient_square",
                      "appendix A",
                      setting,
                      standard_errors(c.series, &Moments::gradient_square, exact.gradient_square),
                      0,
                      {0, 3},
                      "mean over batches from the closed form, in standard errors"});
    checks.push_back({"regression_variance",
                      "appendix A",
                      setting,
                      standard_errors(c.series, &Moments::gradient_variance, exact.gradient_variance),
                      0,
                      {0, 3},
                      "mean over batches from the closed form, in standard errors"});
    const Ratio scale = ratio_of_means(c.series);
    checks.push_back({"regression_noise_scale",
                      "appendix A",
                      setting,
                      std::abs(scale.value - ratio(exact)) / scale.standard_error,
                      0,
                      {0, 3},
                      "ratio of means from the closed form, 81, in standard errors"});
  }
  checks.push_back({"small_batches_are_exact",
                    "figure 2",
                    {{"big", 64}},
                    standard_deviation(values_of(cases[2].series, &Moments::gradient_variance)) /
                        standard_deviation(values_of(cases[0].series, &Moments::gradient_variance)),
                    2,
                    {1.5, std::numeric_limits<double>::infinity()},
                    "standard deviation of the variance from small batches of 32 over that from single examples"});
}

}  // namespace prenorm::papers::noise_scale
