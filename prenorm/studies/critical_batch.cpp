#include "prenorm/studies/critical_batch.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace prenorm::studies {
namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

// The factor at which `loss` first exceeds the tolerance; infinite if it never does. From a loss that is infinite, the
// batch before it is the answer.
template <class Loss>
double first_beyond(std::span<const BranchLosses> branches, double tolerance, const Loss& loss) {
  double before = 0;
  for (std::size_t i = 1; i < branches.size(); ++i) {
    const double here = loss(branches[i]);
    if (here <= tolerance) {
      before = here;
      continue;
    }
    const double from = std::log(branches[i - 1].factor), to = std::log(branches[i].factor);
    const double share = std::isfinite(here) ? (tolerance - before) / (here - before) : 0;
    return std::exp(from + share * (to - from));
  }
  return kUnbounded;
}

}  // namespace

Estimate mean_difference(const BranchLosses& branch) {
  const auto finite = [](double x) { return std::isfinite(x); };
  if (std::all_of(branch.difference.begin(), branch.difference.end(), finite)) return estimate(branch.difference);
  return {kUnbounded, 0, std::ssize(branch.difference)};
}

CriticalBatch critical_batch(std::span<const BranchLosses> branches, double tolerance) {
  const auto beyond = [&](double sign) {
    return first_beyond(branches, tolerance, [sign](const BranchLosses& b) {
      const Estimate e = mean_difference(b);
      return e.mean + sign * e.half_width_95;
    });
  };
  CriticalBatch result;
  const double middle = beyond(0);
  result.is_largest = !std::isfinite(middle);
  result.factor = result.is_largest ? branches.back().factor : middle;
  const auto alone = [](const BranchLosses& b) { return b.difference.size() < 2; };
  if (std::any_of(branches.begin(), branches.end(), alone)) return result;
  result.interval = Interval{std::min(beyond(1), branches.back().factor), beyond(-1)};
  return result;
}

}  // namespace prenorm::studies
