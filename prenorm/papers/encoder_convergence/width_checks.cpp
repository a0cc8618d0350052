#include <cmath>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/encoder_convergence/checks.h"
#include "prenorm/papers/encoder_convergence/seed_values.h"

namespace prenorm::papers::encoder_convergence {

void check_step_sizes(const std::vector<StepSizes>& sizes, std::vector<Check>& checks) {
  for (const StepSizes& s : sizes) {
    const bool is_ntk = s.initialization == kNtk;
    checks.push_back({check_prefix(s.initialization) + "step_exponent", "closed form", check_setting(s.scale),
                      mean_of(values_of(s.step, [&](const auto& step) { return fit_exponent(s.width, step); })),
                      is_ntk ? 0.0 : -1.0, is_ntk ? Interval{-0.4, 0.4} : Interval{-1.15, -0.8},
                      "exponent in d_m of the largest stable step, mean"});
    if (is_ntk) continue;
    std::vector<double> products;
    for (std::size_t seed = 0; seed < s.step.size(); ++seed)
      for (std::size_t i = 0; i < s.width.size(); ++i) products.push_back(s.step[seed][i] * s.greatest[seed][i]);
    checks.push_back(
        {check_prefix(s.initialization) + "step_times_eigenvalue",
         "closed form",
         check_setting(s.scale),
         farthest_from(2, products),
         2,
         {1.9, 2.6},
         "largest stable step times the greatest eigenvalue of K(0), of all widths and seeds the farthest"});
  }
}

void check_critical_widths(const std::vector<CriticalWidths>& widths, std::vector<Check>& checks) {
  for (const CriticalWidths& w : widths) {
    checks.push_back({"critical_width_exponent",
                      "width of the theorem",
                      check_setting(w.scale),
                      mean_of(values_of(w.widths, [&](const auto& mine) { return fit_exponent(w.samples, mine); })),
                      w.scale == kInverse ? 2.0 : 3.0,
                      {0.2, 1.2},
                      "exponent in N of the smallest width with linear convergence, mean; predicted: what suffices"});
    checks.push_back({"critical_width_over_n",
                      "width of the theorem",
                      check_setting(w.scale),
                      greatest(values_of(w.widths, [&](const auto& mine) { return mine.back() / w.samples.back(); })),
                      w.samples.back(),
                      {0, 1},
                      "that width over N for the most samples, greatest; predicted: N^2 over N"});
  }
}

void check_attention(const std::vector<AttentionStatistics>& statistics, std::vector<Check>& checks) {
  for (const AttentionStatistics& s : statistics) {
    const double deviation = expected_logit_deviation(s.model, kAttentionSize.dimension);
    const double weight = expected_largest_weight(deviation, kAttentionSize.tokens);
    checks.push_back({check_prefix(s.model.initialization) + "logit_deviation",
                      "closed form",
                      check_setting(s.model),
                      s.logit_deviation,
                      deviation,
                      {0.9 * deviation, 1.1 * deviation},
                      "standard deviation of the logits of attention at the start, mean"});
    checks.push_back({check_prefix(s.model.initialization) + "largest_weight",
                      "closed form",
                      check_setting(s.model),
                      s.largest_weight,
                      weight,
                      {0.9 * weight, 1.1 * weight},
                      "largest attention weight of a token at the start, mean; predicted: independent normal logits"});
  }
}

}  // namespace prenorm::papers::encoder_convergence
