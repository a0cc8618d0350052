#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "prenorm/papers/mesa_optimization/checks.h"
#include "prenorm/papers/mesa_optimization/worst.h"

namespace prenorm::papers::mesa_optimization {
namespace {

std::string law_name(const LawRuns& runs) { return std::string(enum_name(runs.law.start)); }

// Each start of each seed beside scalar descent with the moments of its own training set.
Check product_check(const LawRuns& runs, double tolerance) {
  FarthestFrom farthest(1);
  for (const SeedRuns& seed : runs.seeds)
    for (std::size_t i = 0; i < kStarts.size(); ++i) {
      const auto epochs = static_cast<std::int64_t>(seed.starts.at(i).diagonal.size()) - 1;
      const auto expected = scalar_descent(seed.theory, kStarts.at(i), runs.rate, epochs).back().product();
      farthest.take(seed.starts.at(i).product() / expected);
    }
  return {law_name(runs) + "_product",
          "Theorem 4.1, section 5",
          {{"scale", runs.law.scale}},
          farthest.value(),
          1,
          {1 - tolerance, 1 + tolerance},
          "a b after the last epoch over that of descent on the two scalars a, b with the moments of the training set; "
          "of all starts and seeds the farthest from 1"};
}

// E x^4 / E x^6 of n numbers has a relative standard deviation of 3.99 / sqrt(n) for Gaussian x.
double gaussian_tolerance(const LawRuns& runs) {
  const auto n = static_cast<double>(runs.law.dimension) * static_cast<double>(runs.seeds.size());
  return std::max(0.05, 3.5 * 3.99 / std::sqrt(n * static_cast<double>(runs.sequences)));
}

Check limit_check(const LawRuns& runs, double tolerance) {
  Mean product;
  for (const SeedRuns& seed : runs.seeds) product.take(seed.starts[kUnequalStart].product());
  const double optimum = runs.theory.optimum();
  return {law_name(runs) + "_limit",
          runs.law.start == StartLaw::kOnes ? "Theorem 4.3" : "Theorem 4.1",
          {{"scale", runs.law.scale}},
          product.value(),
          optimum,
          {optimum * (1 - tolerance), optimum * (1 + tolerance)},
          "a b from (0.5, 1.5) after the last epoch, mean over seeds, against the limit for this T"};
}

Check sparse_limit_check(const LawRuns& runs) {
  const double optimum = runs.theory.optimum(), tolerance = runs.law.scale == 1 ? 0.04 : 0.01;
  FarthestFrom farthest(optimum);
  for (const SeedRuns& seed : runs.seeds)
    for (const Descent& run : seed.starts) farthest.take(run.product());
  return {"sparse_limit",
          "Example 4.1",
          {{"scale", runs.law.scale}},
          farthest.value(),
          optimum,
          {optimum * (1 - tolerance), optimum * (1 + tolerance)},
          "a b after the last epoch against 1/c^2, of all starts and seeds the farthest"};
}

// Compares the starts that have converged by the last epoch.
Check spread_check(const LawRuns& runs, std::vector<StartIndex> converged) {
  double spread = 0;
  for (const SeedRuns& seed : runs.seeds) {
    double least = kUnbounded, greatest = 0;
    for (const StartIndex i : converged) {
      least = std::min(least, seed.starts.at(i).product());
      greatest = std::max(greatest, seed.starts.at(i).product());
    }
    spread = std::max(spread, greatest / least - 1);
  }
  return {law_name(runs) + "_spread",
          "Theorem 4.1",
          {{"scale", runs.law.scale}},
          spread,
          0,
          {0, 0.02},
          fmt::format("greatest a b over the least of {} starts, less 1; the seed with the most", converged.size())};
}

}  // namespace

const LawRuns& at_scale(const std::vector<LawRuns>& laws, double scale) {
  return *std::find_if(laws.begin(), laws.end(), [&](const LawRuns& runs) { return runs.law.scale == scale; });
}

void check_products(const Trainings& t, std::vector<Check>& checks) {
  for (const LawRuns& runs : t.gaussian) checks.push_back(product_check(runs, 0.02));
  for (const LawRuns& runs : t.sparse) checks.push_back(product_check(runs, 0.01));
  checks.push_back(product_check(t.ones_masked, 0.02));
  checks.push_back(product_check(t.signs, 0.02));
  for (const LawRuns& runs : t.gaussian) checks.push_back(limit_check(runs, gaussian_tolerance(runs)));
  for (const LawRuns& runs : t.sparse) checks.push_back(sparse_limit_check(runs));
  checks.push_back(limit_check(t.ones_masked, 0.02));
  checks.push_back(limit_check(t.signs, 0.02));
  // At scale 2, 200 epochs at the paper's rate leave descent on the scalars itself apart by 1.7 % (and by 8 % from
  // (0.1, 0.1)); at scale 0.5 (0.1, 0.1) is 5 % below the others.
  checks.push_back(spread_check(at_scale(t.gaussian, 1), {kSmallStart, kUnequalStart, kLargeStart}));
  checks.push_back(spread_check(at_scale(t.gaussian, 0.5), {kUnequalStart, kLargeStart}));
}

}  // namespace prenorm::papers::mesa_optimization
