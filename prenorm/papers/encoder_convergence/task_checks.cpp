#include "prenorm/base/statistics.h"
#include "prenorm/papers/encoder_convergence/checks.h"
#include "prenorm/papers/encoder_convergence/seed_values.h"

namespace prenorm::papers::encoder_convergence {
namespace {

CheckSetting width_setting_of(const TaskRuns& r) { return {{"d_m", static_cast<double>(r.width)}}; }

std::vector<double> loss_gaps(const TaskRuns& r) {
  return values_of(r.seeds, [](const TaskSeed& s) { return s.inverse.loss.back() - s.root.loss.back(); });
}

}  // namespace

void check_selection(const std::vector<TaskRuns>& runs, std::vector<Check>& checks) {
  constexpr double kUniform = 1.0 / 8;
  for (const TaskRuns& r : runs) {
    checks.push_back({"selection_loss_gap",
                      "section 5.2, scales",
                      width_setting_of(r),
                      least(loss_gaps(r)),
                      0.03,
                      {0.03, kUnbounded},
                      "loss per sample at d_m^(-1) less that at d_m^(-1/2), same step, least of the seeds"});
    checks.push_back({"selection_attention_root",
                      "scaling of attention",
                      width_setting_of(r),
                      least(values_of(r.seeds, [](const TaskSeed& s) { return s.root.flagged; })),
                      1,
                      {kUniform + 0.03, 1},
                      "trained attention on the flagged token at d_m^(-1/2), least; uniform is 0.125"});
    checks.push_back({"selection_attention_inverse", "scaling of attention", width_setting_of(r),
                      mean_of(values_of(r.seeds, [](const TaskSeed& s) { return s.inverse.flagged; })), kUniform,
                      around(kUniform, 0.01), "trained attention on the flagged token at d_m^(-1), mean"});
  }
}

void check_digits(const std::vector<TaskRuns>& runs, std::vector<Check>& checks) {
  const TaskRuns &narrow = runs.front(), &wide = runs.back();
  checks.push_back(
      {"digits_loss_ratio",
       "section 5.2, MNIST",
       width_setting_of(wide),
       least(values_of(wide.seeds, [](const TaskSeed& s) { return s.inverse.loss.back() / s.root.loss.back(); })),
       1,
       {1, kUnbounded},
       "final loss at d_m^(-1) over that at d_m^(-1/2), same step, least of the seeds"});
  checks.push_back({"digits_gap_grows",
                    "section 5.2, MNIST",
                    {},
                    mean_of(loss_gaps(wide)) - mean_of(loss_gaps(narrow)),
                    0,
                    {0, kUnbounded},
                    "gap of these losses at the greatest width less that at the least, mean"});
}

void check_text(const TextCorrelation& correlation, std::vector<Check>& checks) {
  checks.push_back({"text_tail_exponent",
                    "concentration assumption",
                    {},
                    correlation.exponent(),
                    1,
                    {1, kUnbounded},
                    "greatest c with P(correlation of two texts >= t of its mean) <= exp(-t^c) for all rare t"});
  checks.push_back({"text_correlation",
                    "concentration assumption",
                    {},
                    quantile(correlation.pairs, 0.99),
                    0,
                    {0, 0.65},
                    "correlation of X_n^T X_n and X_m^T X_m of two texts that 99 % of the pairs are below"});
}

}  // namespace prenorm::papers::encoder_convergence
