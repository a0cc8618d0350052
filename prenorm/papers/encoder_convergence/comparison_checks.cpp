#include "prenorm/base/statistics.h"
#include "prenorm/papers/encoder_convergence/checks.h"
#include "prenorm/papers/encoder_convergence/rates.h"
#include "prenorm/papers/encoder_convergence/seed_values.h"

namespace prenorm::papers::encoder_convergence {
namespace {

CheckSetting width_setting(const Comparison& c) { return {{"d_m", static_cast<double>(c.width)}}; }

// The places of models in SameStep, see studies.h.
constexpr std::size_t kRootScale = 0, kInverseScale = 1;
constexpr std::size_t kFirst[] = {0, 1};  // LeCun, He
constexpr std::size_t kNtkPlace = 2;

std::vector<double> late_ratios(const Comparison& c, std::size_t over, std::size_t under) {
  return values_of(c.seeds, [&](const SameStep& same) {
    return late_rate(same.loss[over]).per_epoch / late_rate(same.loss[under]).per_epoch;
  });
}

double mean_ratio_to_ntk(const Comparison& c, std::size_t model) { return mean_of(late_ratios(c, model, kNtkPlace)); }

// What that ratio would be if all models were lazy (lazy.h).
double lazy_ratio_to_ntk(const Comparison& c, std::size_t model) {
  return mean_of(values_of(
      c.seeds, [&](const SameStep& same) { return same.least_eigenvalue[model] / same.least_eigenvalue[kNtkPlace]; }));
}

}  // namespace

void check_scale_comparison(const std::vector<Comparison>& comparisons, std::vector<Check>& checks) {
  for (const Comparison& c : comparisons) {
    const auto times = [](const SameStep& same) {
      return epochs_to(same.loss[kInverseScale], 0.1) / epochs_to(same.loss[kRootScale], 0.1);
    };
    const auto traces = [](const SameStep& same) {
      return same.mean_eigenvalue[kRootScale] / same.mean_eigenvalue[kInverseScale];
    };
    checks.push_back({"scales_time_to_tenth",
                      "section 5.2, scales",
                      width_setting(c),
                      mean_of(values_of(c.seeds, times)),
                      mean_of(values_of(c.seeds, traces)),
                      {1.01, 1.8},
                      "epochs to a tenth of the loss at d_m^(-1) over those at d_m^(-1/2), same step, mean; predicted: "
                      "mean eigenvalues of K(0)"});
    const auto least_eigenvalues = [](const SameStep& same) {
      return same.least_eigenvalue[kRootScale] / same.least_eigenvalue[kInverseScale];
    };
    checks.push_back({"scales_late_rate",
                      "section 5.2, scales",
                      width_setting(c),
                      mean_of(late_ratios(c, kRootScale, kInverseScale)),
                      mean_of(values_of(c.seeds, least_eigenvalues)),
                      {0.85, 1.8},
                      "late rate at d_m^(-1/2) over that at d_m^(-1), same step, mean; predicted: least eigenvalues"});
  }
}

void check_initializations(const std::vector<Comparison>& comparisons, AttentionScale scale,
                           std::vector<Check>& checks) {
  for (const std::size_t model : kFirst) {
    const std::string name = check_prefix(static_cast<Initialization>(model)) + "over_ntk";
    for (const Comparison& c : comparisons) {
      if (c.width < 5 * kGaussianSize.dimension) continue;  // the claim is for d_m well above d
      CheckSetting setting = width_setting(c);
      setting.push_back(check_setting(scale)[0]);
      checks.push_back(
          {name,
           "initialisations",
           setting,
           mean_ratio_to_ntk(c, model),
           lazy_ratio_to_ntk(c, model),
           {1.1, kUnbounded},
           "late rate over that with the NTK initialisation, same step, mean; predicted: least eigenvalues"});
    }
    const Comparison &narrow = *(comparisons.end() - 2), &wide = comparisons.back();
    checks.push_back({name + "_rises",
                      "initialisations",
                      check_setting(scale),
                      mean_ratio_to_ntk(wide, model) / mean_ratio_to_ntk(narrow, model),
                      lazy_ratio_to_ntk(wide, model) / lazy_ratio_to_ntk(narrow, model),
                      {1.05, kUnbounded},
                      "that ratio at the greatest width over that at a quarter of it; predicted: least eigenvalues"});
  }
}

}  // namespace prenorm::papers::encoder_convergence
