#include <algorithm>
#include <cmath>
#include <limits>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/extremes.h"
#include "prenorm/papers/norm_only/checks.h"

namespace prenorm::papers::norm_only {
namespace {

// Room for the share of draws: three standard deviations of a share with this probability.
double three_deviations(double probability, double draws) {
  return 3 * std::sqrt(std::max(probability * (1 - probability), 1 / draws) / draws);
}

std::vector<std::pair<std::string, double>> sparse_setting(const SparseWidth& w) {
  return {{"d", static_cast<double>(w.width)}};
}

void check_width(const SparseWidth& w, std::vector<Check>& checks) {
  const auto d = static_cast<double>(w.width);
  const double expected = expected_transition(w.width);
  checks.push_back({"sparse_transition",
                    "theorem, case 3",
                    sparse_setting(w),
                    w.transition(),
                    expected,
                    {0.92 * expected, 1.08 * expected},
                    "p at which half of the draws have full rank; predicted: half have an empty unit"});
  checks.push_back({"sparse_far_below",
                    "theorem, case 3",
                    sparse_setting(w),
                    w.points.front().full_rank,
                    no_empty_unit_probability(w.width, w.points.front().p),
                    {0, 0.05},
                    "share of draws with full rank at 0.7 of the predicted transition"});
  std::vector<double> unexplained;
  for (const SparsePoint& point : w.points) unexplained.push_back(point.unexplained);
  checks.push_back({"sparse_other_failures",
                    "theorem, case 3",
                    sparse_setting(w),
                    greatest(unexplained),
                    0,
                    {0, 0.05},
                    "share of draws without full rank and without an empty unit, greatest of all p"});
  checks.push_back({"sparse_rank_below",
                    "theorem, case 3",
                    sparse_setting(w),
                    w.below().rank_share,
                    0.99,
                    {0.98, 1},
                    "mean rank / d^2 at 0.85 of the predicted transition"});
  const SparsePoint& paper = w.at_paper_rate();
  const double most = no_empty_unit_probability(w.width, paper.p);
  checks.push_back(
      {"sparse_at_paper_rate",
       "theorem, case 3",
       sparse_setting(w),
       paper.full_rank,
       most,
       {most - three_deviations(most, paper.draws), std::min(1.0, most + three_deviations(most, paper.draws))},
       "share of draws with full rank at p = sqrt(ln d / d); predicted: no empty unit"});
  const SparsePoint& above = w.above_paper_rate();
  checks.push_back({"sparse_above_paper_rate",
                    "theorem, case 3",
                    sparse_setting(w),
                    above.full_rank,
                    no_empty_unit_probability(w.width, above.p),
                    {1 - 1 / d - three_deviations(1 - 1 / d, above.draws), 1},
                    "the same at p = 1.1 sqrt(ln d / d); claimed: at least 1 - 1/d"});
}

}  // namespace

void check_sparse(const std::vector<SparseWidth>& widths, std::vector<Check>& checks) {
  std::vector<double> d, at_paper_rate, at_transition, decrease;
  for (const SparseWidth& w : widths) {
    check_width(w, checks);
    if (!d.empty()) decrease.push_back(at_transition.back() / (2 * d.back()) - w.transition());
    d.push_back(static_cast<double>(w.width));
    at_paper_rate.push_back(w.at_paper_rate().nonzeros);
    at_transition.push_back(2 * d.back() * w.transition());
  }
  checks.push_back({"sparse_transition_falls",
                    "theorem, case 3",
                    {},
                    least(decrease),
                    0.05,
                    {0, std::numeric_limits<double>::infinity()},
                    "transition at d less that at the next d, least"});
  const double ends = std::log(d.back() / d.front());
  const double expected = 0.5 + 0.5 * std::log(std::log(d.back()) / std::log(d.front())) / ends;
  checks.push_back({"nonzero_exponent",
                    "theorem, case 3",
                    {},
                    fit_exponent(d, at_paper_rate),
                    expected,
                    around(expected, 0.05),
                    "exponent in d of frozen non-zeros over d^2 at p = sqrt(ln d / d); 1/2 and a logarithm"});
  checks.push_back(
      {"least_nonzero_exponent",
       "theorem, case 3",
       {},
       fit_exponent(d, at_transition),
       1 + std::log(expected_transition(widths.back().width) / expected_transition(widths.front().width)) / ends,
       {0.1, 0.7},
       "the same at the measured transition"});
}

}  // namespace prenorm::papers::norm_only
