#include <algorithm>
#include <cmath>

#include "prenorm/papers/mesa_optimization/checks.h"
#include "prenorm/papers/mesa_optimization/worst.h"

namespace prenorm::papers::mesa_optimization {
namespace {

std::vector<Diagonal> as_diagonals(const std::vector<ScalarPoint>& points) {
  std::vector<Diagonal> all;
  for (const ScalarPoint& p : points) all.push_back({p.a, p.b, p.product(), p.b * p.b - p.a * p.a});
  return all;
}

Check half_time_check(const LawRuns& runs) {
  const double half = runs.theory.optimum() / 2;
  const auto& shown = runs.seeds[0].starts[kSmallStart].diagonal;
  const auto epochs = static_cast<std::int64_t>(shown.size()) - 1;
  const double expected =
      epoch_reaching(as_diagonals(scalar_descent(runs.theory, kStarts[kSmallStart], runs.rate, epochs)), half);
  Mean epoch;
  for (const SeedRuns& seed : runs.seeds) epoch.take(epoch_reaching(seed.starts[kSmallStart].diagonal, half));
  return {std::string(enum_name(runs.law.start)) + "_half_time",
          "proof of Theorem 4.1",
          {{"scale", runs.law.scale}},
          epoch.value(),
          expected,
          {0.9 * expected, 1.1 * expected},
          "epoch at which a b from (0.1, 0.1) passes half its limit, mean over seeds, against descent on two scalars"};
}

// The sigmoid of gradient flow, with the moments of each training set.
Check sigmoid_check(const LawRuns& runs) {
  double farthest = 0;
  for (const SeedRuns& seed : runs.seeds) {
    const auto& points = seed.starts[kSmallStart].diagonal;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double flow = seed.theory.flow_product(kStarts[kSmallStart].a, runs.rate * static_cast<double>(i));
      farthest = std::max(farthest, std::abs(points[i].product - flow) / seed.theory.optimum());
    }
  }
  return {
      std::string(enum_name(runs.law.start)) + "_sigmoid",
      "proof of Theorem 4.1",
      {{"scale", runs.law.scale}},
      farthest,
      0,
      {0, 0.03},
      "greatest distance of a b from (0.1, 0.1) to ab*/(1 + (100 ab* - 1) exp(-2 c2 time)), over ab*, of all epochs "
      "and seeds"};
}

double drift_of(const std::vector<Diagonal>& points) {
  double drift = 0;
  for (const Diagonal& point : points) drift = std::max(drift, std::abs(point.square_difference / 2 - 1));
  return drift;
}

// Flow conserves the difference; descent multiplies it by 1 - (rate (c1 a b - c2))^2 in each step.
Check conserved_check(const std::vector<const LawRuns*>& laws) {
  double drift = 0, expected = 0;
  for (const LawRuns* runs : laws) {
    for (const SeedRuns& seed : runs->seeds) drift = std::max(drift, drift_of(seed.starts[kUnequalStart].diagonal));
    expected = std::max(expected,
                        drift_of(as_diagonals(scalar_descent(runs->theory, kStarts[kUnequalStart], runs->rate, 200))));
  }
  return {"conserved_difference",
          "proof of Theorem 4.1",
          {},
          drift,
          expected,
          {0, 0.035},
          "from (0.5, 1.5), greatest relative distance of the mean b^2 - a^2 from 2, of all epochs, laws and seeds; "
          "predicted: of descent on two scalars"};
}

}  // namespace

void check_dynamics(const Trainings& t, std::vector<Check>& checks) {
  std::vector<const LawRuns*> laws;
  for (const LawRuns& runs : t.gaussian) laws.push_back(&runs);
  for (const LawRuns& runs : t.sparse) laws.push_back(&runs);
  laws.push_back(&t.ones_masked);
  for (const LawRuns* runs : laws) checks.push_back(half_time_check(*runs));
  for (const LawRuns* runs : laws) checks.push_back(sigmoid_check(*runs));
  checks.push_back(conserved_check(laws));
}

}  // namespace prenorm::papers::mesa_optimization
