#include <cmath>
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

// A case without the range of its budgets, and its worst values.
struct Worst {
  std::vector<double> difference, ratio, residual;
};

}  // namespace

void check_skips(const std::vector<SkipCase>& cases, std::vector<Check>& checks) {
  for (const SkipCase& c : cases) {
    checks.push_back({prefix_of(c.skips) + "map_error",
                      "theorem, case 2",
                      skip_setting(c),
                      greatest(column(c.draws, &Draw::residual)),
                      0,
                      {0, 1e-9},
                      "relative error of the map of each target layer, width d^2/k, depth 2kl, l 2; greatest"});
    // Elimination without a choice of pivots has no bound for single draws.
    const std::vector<double> errors = column(c.draws, &Draw::output_error);
    const bool any_order = c.skips == Skips::kInput;
    checks.push_back({prefix_of(c.skips) + "output_error",
                      "theorem, case 2",
                      skip_setting(c),
                      any_order ? greatest(errors) : median(errors),
                      0,
                      {0, 1e-8},
                      any_order ? "greatest relative error of outputs on the unit ball, all draws"
                                : "greatest relative error of outputs on the unit ball, median of draws"});
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
