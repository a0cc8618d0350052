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
          "Theorem 1",
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
  const std::string place = "Theorem 1, Figure 1";
  checks.push_back(equal_losses(study));
  checks.push_back({"benign_test_loss",
                    place,
                    {},
                    farthest_at_stop(study.benign, &TestResult::loss, 0),
                    0,
                    {0, 0.08},
                    "test loss at N SNR^2 = 72, N = 32; the largest of all seeds"});
  checks.push_back({"benign_test_error",
                    place,
                    {},
                    farthest_at_stop(study.benign, &TestResult::error, 0),
                    0,
                    {0, 0.001},
                    "share of fresh samples with the wrong sign, there"});
  // Each of the M queries of a fresh sample is either the signal's, which finds the signal, or as good as uniform.
  checks.push_back({"benign_test_attention",
                    place,
                    {},
                    farthest_at_stop(study.benign, &TestResult::attention, 0.4375),
                    0.4375,
                    {0.41, 0.47},
                    "mean attention to the signal in fresh samples, there; predicted (1 + (M - 1)/M)/M"});
  checks.push_back({"harmful_test_loss",
                    place,
                    {},
                    farthest_at_stop(study.harmful, &TestResult::loss, chance),
                    chance,
                    {0.6, 0.8},
                    "test loss at N SNR^2 = 0.2; of all seeds the farthest from ln 2"});
  checks.push_back({"harmful_test_error",
                    place,
                    {},
                    farthest_at_stop(study.harmful, &TestResult::error, 0.5),
                    0.5,
                    {0.35, 0.5},
                    "share of fresh samples with the wrong sign, there; the farthest from a half"});
  checks.push_back({"trained_head_benign_test_loss",
                    place,
                    {},
                    farthest_at_stop(study.trained_head_benign, &TestResult::loss, 0),
                    0,
                    {0, 0.08},
                    "as benign_test_loss, with d_v = 16 and w_O trained too"});
  checks.push_back({"trained_head_harmful_test_loss",
                    place,
                    {},
                    farthest_at_stop(study.trained_head_harmful, &TestResult::loss, chance),
                    chance,
                    {0.6, 0.8},
                    "as harmful_test_loss, with d_v = 16 and w_O trained too"});
}

}  // namespace prenorm::papers::benign_overfitting
