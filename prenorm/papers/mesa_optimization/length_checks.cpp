#include <algorithm>

#include "prenorm/papers/mesa_optimization/checks.h"
#include "prenorm/papers/mesa_optimization/worst.h"

namespace prenorm::papers::mesa_optimization {
namespace {

// a b over kappa_1 / kappa_2 of the training set, which is its limit as T grows.
double share_of_limit(const SeedRuns& seed) {
  const StartMoments& m = seed.training->starts;
  return seed.starts[kUnequalStart].product() / (m.kappa_1 / m.kappa_2);
}

double expected_share(const LawRuns& runs) {
  const StartMoments m = population_moments(runs.law);
  return runs.theory.optimum() / (m.kappa_1 / m.kappa_2);
}

Check gaussian_length_check(const LawRuns& runs) {
  Mean share;
  for (const SeedRuns& seed : runs.seeds) share.take(share_of_limit(seed));
  const double expected = expected_share(runs);
  return {
      "gaussian_share_of_limit",
      "Theorem 4.1",
      {{"T", static_cast<double>(runs.law.length)}},
      share.value(),
      expected,
      {expected * 0.98, expected * 1.02},
      "a b from (0.5, 1.5) over kappa_1/kappa_2 of the training set, its limit for long sequences; mean over seeds"};
}

Check rising_check(const std::vector<LawRuns>& laws) {
  double least = kUnbounded;
  for (std::size_t seed = 0; seed < laws[0].seeds.size(); ++seed)
    for (std::size_t i = 1; i < laws.size(); ++i)
      least = std::min(least, share_of_limit(laws[i].seeds[seed]) - share_of_limit(laws[i - 1].seeds[seed]));
  return {"gaussian_rises_with_length",
          "Theorem 4.1",
          {},
          least,
          expected_share(laws.back()) - expected_share(laws[laws.size() - 2]),
          {0.01, kUnbounded},
          "least increase of that share from one T to the next, of all seeds; predicted: from the last T but one"};
}

Check below_limit_check(const LawRuns& runs) {
  double greatest = 0;
  for (const SeedRuns& seed : runs.seeds) greatest = std::max(greatest, share_of_limit(seed));
  return {"gaussian_below_limit",
          "Theorem 4.1",
          {{"T", static_cast<double>(runs.law.length)}},
          greatest,
          expected_share(runs),
          {0, 0.99},
          "the greatest such share of all seeds: the published line 1/(5 sigma^2) would be 1"};
}

Check farthest_length_check(const std::string& name, const std::string& source, const std::vector<LawRuns>& laws) {
  FarthestFrom farthest(1);
  for (const LawRuns& runs : laws)
    for (const SeedRuns& seed : runs.seeds) farthest.take(seed.starts[kUnequalStart].product() / runs.theory.optimum());
  return {name,
          source,
          {},
          farthest.value(),
          1,
          {0.98, 1.02},
          "a b from (0.5, 1.5) over the limit for its T, of all T and seeds the farthest from 1"};
}

}  // namespace

void check_lengths(const Trainings& t, std::vector<Check>& checks) {
  for (const LawRuns& runs : t.gaussian_lengths) checks.push_back(gaussian_length_check(runs));
  checks.push_back(rising_check(t.gaussian_lengths));
  checks.push_back(below_limit_check(t.gaussian_lengths.back()));
  checks.push_back(farthest_length_check("sparse_any_length", "Example 4.1", t.sparse_lengths));
  checks.push_back(farthest_length_check("ones_any_length", "Theorem 4.3", t.ones_lengths));
}

}  // namespace prenorm::papers::mesa_optimization
