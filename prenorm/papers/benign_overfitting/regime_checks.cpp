#include <cmath>

#include "prenorm/papers/benign_overfitting/checks.h"

namespace prenorm::papers::benign_overfitting {
namespace {

RunSetting trained_head_setting(const DataSetting& data) {
  RunSetting setting = run_setting(data, {kStop}, Trained::kAllAndHead);
  setting.start.layout.values = 16;
  return setting;
}

double farthest_at_stop(const std::vector<Run>& runs, double TestResult::*quantity, double predicted) {
  std::vector<double> values;
  for (const Run& run : runs) values.push_back(run.at_stop(0).test.*quantity);
  return farthest_from(predicted, values);
}

Check equal_losses(const RegimeStudy& study) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < study.benign.size(); ++i)
    ratios.push_back(study.benign[i].at_stop(0).state.loss / study.harmful[i].at_stop(0).state.loss);
  return {"equal_training_loss",
          "abstract",
          {},
          farthest_from(1, ratios),
          1,
          {0.95, 1.05},
          "training loss at the stop in the benign regime over that in the harmful one; the seed farthest from 1"};
}

}  // namespace

RegimeStudy study_regimes(const ExperimentSetting& s, const Cells& cells) {
  std::vector<RunSetting> settings;
  for (const double product : {kBenignProduct, kHarmfulProduct})
    for (std::int64_t seed = 1; seed <= s.seeds; ++seed) settings.push_back(run_setting(small_data(seed, product)));
  for (const double product : {kBenignProduct, kHarmfulProduct})
    for (std::int64_t seed = 1; seed <= s.seeds; ++seed)
      settings.push_back(trained_head_setting(small_data(seed, product)));
  const std::vector<Run> runs = train_all("regimes", settings, cells);
  const auto part = [&](std::int64_t i) {
    return std::vector<Run>(runs.begin() + i * s.seeds, runs.begin() + (i + 1) * s.seeds);
  };
  return {part(0), part(1), part(2), part(3)};
}

void check_regimes(const RegimeStudy& study, std::vector<Check>& checks) {
  const double chance = std::log(2.0);
  const auto add = [&](const std::string& name, const std::vector<Run>& runs, double TestResult::*quantity,
                       double predicted, Interval accepted, const std::string& what) {
    const double measured = farthest_at_stop(runs, quantity, predicted);
    checks.push_back({name, "abstract, Figure 1", {}, measured, predicted, accepted, what});
  };
  checks.push_back(equal_losses(study));
  add("benign_test_loss", study.benign, &TestResult::loss, 0, {0, 0.08},
      "test loss at N SNR^2 = 72, N = 32; the largest of all seeds");
  add("benign_test_error", study.benign, &TestResult::error, 0, {0, 0.001},
      "share of fresh samples with the wrong sign, there");
  // The signal's query finds the signal; the M - 1 queries of fresh noise are nearly uniform.
  add("benign_test_attention", study.benign, &TestResult::attention, 0.4375, {0.41, 0.47},
      "mean attention to the signal in fresh samples, there; predicted (1 + (M - 1)/M)/M");
  add("harmful_test_loss", study.harmful, &TestResult::loss, chance, {0.6, 0.8},
      "test loss at N SNR^2 = 0.2; of all seeds the farthest from ln 2");
  add("harmful_test_error", study.harmful, &TestResult::error, 0.5, {0.35, 0.5},
      "share of fresh samples with the wrong sign, there; the farthest from a half");
  add("trained_head_benign_test_loss", study.trained_head_benign, &TestResult::loss, 0, {0, 0.08},
      "as benign_test_loss, with d_v = 16 and w_O trained too");
  add("trained_head_harmful_test_loss", study.trained_head_harmful, &TestResult::loss, chance, {0.6, 0.8},
      "as harmful_test_loss, with d_v = 16 and w_O trained too");
}

}  // namespace prenorm::papers::benign_overfitting
