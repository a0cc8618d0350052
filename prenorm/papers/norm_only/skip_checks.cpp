#include <cmath>
#include <limits>
#include <map>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/extremes.h"
#include "prenorm/papers/norm_only/checks.h"

namespace prenorm::papers::norm_only {
namespace {

std::string prefix_of(Skips skips) { return skips == Skips::kInput ? "input_skips_" : "residual_"; }

using CheckSetting = std::vector<std::pair<std::string, double>>;

CheckSetting skip_setting(const SkipCase& c) {
  return {{"d", static_cast<double>(c.width)}, {"k", static_cast<double>(c.pairs)}};
}

// Elimination with row exchanges solves a system of n equations with a matrix that is off by c eps sqrt(n) |K|: the
// bound has the growth of pivots, which is of the order of sqrt(n) for random matrices (Trefethen & Schreiber 1990). So
// the equations of a pair are met to c eps sqrt(n) |K| |gamma| <= c eps sqrt(n) cond(K) |right-hand side|. Every row of
// a map is written by one pair, which knows what earlier pairs have written: squares of errors add up, and the error of
// the map is at most c eps sqrt(n) times the greatest cond(K). Measured for d = 8, 16 and 32: c = 0.058, 0.065 and
// 0.067 at k = 1, the worst of all draws; less for k > 1.
constexpr double kBackwardError = 1;

// Error of the map over eps sqrt(n) cond(K). A draw without full rank has no bound, which no check accepts.
std::vector<double> errors_over_condition(const SkipCase& c) {
  const double equations = static_cast<double>(c.width * c.width) / static_cast<double>(c.pairs);
  std::vector<double> values;
  for (const Draw& draw : c.draws) {
    const double unit = std::numeric_limits<double>::epsilon() * std::sqrt(equations) * draw.condition;
    values.push_back(std::isfinite(unit) ? draw.residual / unit : std::numeric_limits<double>::infinity());
  }
  return values;
}

// A case without the range of its budgets, and its worst values.
struct Worst {
  std::vector<double> difference, ratio, residual;
};

}  // namespace

void check_skips(const std::vector<SkipCase>& cases, std::vector<Check>& checks) {
  for (const SkipCase& c : cases) {
    // Residual connections are elimination without a choice of pivots, whose condition has no bound for single draws.
    const bool any_order = c.skips == Skips::kInput;
    const auto worst = [any_order](const std::vector<double>& errors) {
      return any_order ? greatest(errors) : median(errors);
    };
    const std::string draws = any_order ? "greatest of all draws" : "median of draws";
    checks.push_back({prefix_of(c.skips) + "map_error",
                      "theorem, case 2",
                      skip_setting(c),
                      worst(column(c.draws, &Draw::residual)),
                      0,
                      {0, 1e-9},
                      "relative error of the map of a target layer, width d^2/k, depth 2kl, l 2; " + draws});
    checks.push_back(
        {prefix_of(c.skips) + "map_error_over_condition",
         "rounding",
         skip_setting(c),
         greatest(errors_over_condition(c)),
         0,
         {0, kBackwardError},
         "the same error over eps sqrt(n) cond(K), n = d^2/k equations, eps = 2^-52; greatest of all draws"});
    checks.push_back({prefix_of(c.skips) + "output_error",
                      "theorem, case 2",
                      skip_setting(c),
                      worst(column(c.draws, &Draw::output_error)),
                      0,
                      {0, 1e-8},
                      "greatest relative error of outputs on the unit ball, " + draws});
  }
}

void check_budgets(const std::vector<SkipCase>& cases, std::vector<Check>& checks) {
  std::map<std::pair<Skips, std::int64_t>, Worst> all;
  for (const SkipCase& c : cases) {
    Worst& worst = all[{c.skips, c.pairs}];
    const std::vector<double> residuals = column(c.draws, &Draw::residual);
    if (c.budget >= 1) {
      worst.residual.push_back(greatest(residuals));
      continue;
    }
    worst.difference.push_back(mean_of(residuals) - expected_residual(c.budget));
    worst.ratio.push_back(mean_of(residuals) / expected_residual(c.budget));
  }
  for (const auto& [key, worst] : all) {
    const auto& [skips, pairs] = key;
    const CheckSetting setting = {{"k", static_cast<double>(pairs)}};
    if (skips == Skips::kInput)
      checks.push_back({"input_skips_below_budget",
                        "budget d' l' >= 2 d^2 l",
                        setting,
                        farthest_from(0, worst.difference),
                        0,
                        {-0.03, 0.03},
                        "residual below the budget less sqrt(1 - budget), farthest mean of budgets"});
    else
      // The part of the target that is minus the skip's identity is not a random direction: see the page.
      checks.push_back({"residual_below_budget",
                        "budget d' l' >= 2 d^2 l",
                        setting,
                        farthest_from(1, worst.ratio),
                        1,
                        {0.6, 1.06},
                        "residual below the budget over sqrt(1 - budget), farthest mean of budgets"});
    checks.push_back({prefix_of(skips) + "at_budget",
                      "budget d' l' >= 2 d^2 l",
                      setting,
                      greatest(worst.residual),
                      0,
                      {0, 1e-9},
                      "relative residual at and above the budget, greatest of all draws"});
  }
}

void check_shift(const std::vector<SkipCase>& cases, std::vector<Check>& checks) {
  for (const SkipCase& c : cases) {
    // One row of the shift is lost: 1 of |S - I|^2 = 2 d.
    const double lost = c.skips == Skips::kInput ? 0 : std::sqrt(0.5 / static_cast<double>(c.width));
    checks.push_back({prefix_of(c.skips) + "shift", "exceptional target", skip_setting(c),
                      farthest_from(lost, column(c.draws, &Draw::residual)), lost, around(lost, 1e-9),
                      "relative residual for the cyclic shift, whose leading blocks are singular; farthest"});
  }
}

}  // namespace prenorm::papers::norm_only
