#include <algorithm>
#include <cmath>
#include <numbers>

#include "prenorm/papers/mesa_optimization/checks.h"
#include "prenorm/papers/mesa_optimization/worst.h"

namespace prenorm::papers::mesa_optimization {
namespace {

const Descent& shown_run(const SeedRuns& seed) { return seed.starts[kUnequalStart]; }

// n Gaussian numbers in a test set and as many in its training set give the ratio a relative standard deviation of
// 4.2 / sqrt(n), the share of the loss one of 1.65 / sqrt(n).
double root_of_count(const LawRuns& runs) {
  return std::sqrt(runs.theory.dimension * static_cast<double>(runs.sequences) *
                   static_cast<double>(runs.seeds.size()));
}

Check ratio_mean_check(const LawRuns& runs) {
  Mean ratio;
  for (const SeedRuns& seed : runs.seeds) ratio.take(seed.test->ratio(shown_run(seed).last).mean);
  const double expected = runs.theory.optimum() * runs.theory.square;
  const double tolerance = std::max(0.01, 3.5 * 4.2 * expected / root_of_count(runs));
  return {"gaussian_ratio",
          "Proposition 4.1",
          {},
          ratio.value(),
          expected,
          around(expected, tolerance),
          "mean over test sequences, coordinates and seeds of y_j / (W x)_j at the last position; 1 would be recovery"};
}

Check ratio_of_sample_check(const LawRuns& runs) {
  FarthestFrom farthest(1);
  for (const SeedRuns& seed : runs.seeds)
    farthest.take(seed.test->ratio(shown_run(seed).last).mean / (seed.theory.optimum() * seed.test->starts.square));
  return {"gaussian_ratio_of_sample",
          "Proposition 4.1",
          {},
          farthest.value(),
          1,
          {0.97, 1.03},
          "that ratio over the limit of a b for the moments of the training set times E x^2 of the test set; the seed "
          "farthest from 1"};
}

// Var of x_j^2 is 2; the coordinates l of the same sequence add E x_l^4 / 2 each, over the T - 2 terms of the sum.
Check ratio_deviation_check(const LawRuns& runs) {
  Mean deviation;
  for (const SeedRuns& seed : runs.seeds) deviation.take(seed.test->ratio(shown_run(seed).last).deviation);
  const double others = 3 * (runs.theory.dimension - 1) / (2 * runs.theory.terms);
  const double expected = runs.theory.optimum() * runs.theory.square * std::sqrt(2 + others);
  return {"gaussian_ratio_deviation",
          "Proposition 4.1",
          {},
          deviation.value(),
          expected,
          {0.93 * expected, 1.07 * expected},
          "standard deviation of y_j / (W x)_j over test sequences and coordinates, mean over seeds: not a constant"};
}

Check loss_share_check(const LawRuns& runs) {
  Mean share;
  for (const SeedRuns& seed : runs.seeds) share.take(shown_run(seed).test_loss.back() / seed.test->null_loss());
  const double expected = runs.theory.least_loss() / runs.theory.null_loss();
  const double tolerance = std::max(0.03, 3.5 * 1.65 / root_of_count(runs));
  return {"gaussian_loss_share",
          "Proposition 4.1",
          {},
          share.value(),
          expected,
          around(expected, tolerance),
          "test loss over that of the prediction 0, mean over seeds"};
}

Check sparse_ratio_check(const LawRuns& runs) {
  FarthestFrom farthest(1);
  for (const SeedRuns& seed : runs.seeds) farthest.take(seed.test->ratio(shown_run(seed).last).mean);
  return {"sparse_ratio",
          "Theorem 4.2, Example 4.1",
          {},
          farthest.value(),
          1,
          {0.99, 1.01},
          "mean of y_j / (W x)_j over test sequences where x_j is not 0, from (0.5, 1.5); the seed farthest from 1"};
}

// (1 - a b)^2 of the loss of the prediction 0 remains, and a b = 0.963 after 200 epochs from (0.1, 0.1).
Check sparse_loss_check(const LawRuns& runs, StartIndex start) {
  double share = 0;
  for (const SeedRuns& seed : runs.seeds)
    share = std::max(share, seed.starts.at(start).test_loss.back() / seed.test->null_loss());
  const auto epochs = static_cast<std::int64_t>(runs.seeds[0].starts.at(start).diagonal.size()) - 1;
  const double left = 1 - scalar_descent(runs.theory, kStarts.at(start), runs.rate, epochs).back().product();
  return {"sparse_loss_share",
          "Theorem 4.2, Example 4.1",
          {{"a_0", kStarts.at(start).a}},
          share,
          left * left,
          {0, start == kSmallStart ? 2e-3 : 1e-3},
          "test loss over that of the prediction 0, greatest of all seeds"};
}

}  // namespace

void check_predictions(const Trainings& t, std::vector<Check>& checks) {
  const LawRuns &gaussian = at_scale(t.gaussian, 1), &sparse = at_scale(t.sparse, 1);
  checks.push_back(ratio_mean_check(gaussian));
  checks.push_back(ratio_of_sample_check(gaussian));
  checks.push_back(ratio_deviation_check(gaussian));
  checks.push_back(loss_share_check(gaussian));
  checks.push_back(sparse_ratio_check(sparse));
  for (const StartIndex start : {kSmallStart, kUnequalStart, kLargeStart})
    checks.push_back(sparse_loss_check(sparse, start));
}

}  // namespace prenorm::papers::mesa_optimization
