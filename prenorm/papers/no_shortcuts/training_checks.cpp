#include <fmt/format.h>

#include <algorithm>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/no_shortcuts/check_values.h"
#include "prenorm/papers/no_shortcuts/checks.h"

namespace prenorm::papers::no_shortcuts {
namespace {

constexpr const char* kGradientSource = "rank collapse";
constexpr const char* kTrainingSource = "training";

// The mean over the last fifty updates.
double final_loss(const Trajectory& t) {
  const std::size_t points = std::min<std::size_t>(50 / kRecordEvery, t.loss.size());
  return mean_of(std::span(t.loss).last(points));
}

CheckSetting layers_setting(const TrainingRuns& r) { return {{"layers", static_cast<double>(r.setting.layers)}}; }

std::vector<double> final_losses(const TrainingRuns& r) {
  std::vector<double> losses;
  for (const Trajectory& t : r.seeds) losses.push_back(final_loss(t));
  return losses;
}

std::string check_prefix(Arm arm) {
  if (arm == Arm::kPreLn) return "pre_ln_";
  return arm == Arm::kNoNorm ? "no_norm_" : check_prefix(method_of(arm));
}

// Loss of each seed of `a` less that of `b`.
std::vector<double> differences(const TrainingRuns& a, const TrainingRuns& b) {
  std::vector<double> values = final_losses(a);
  for (std::size_t seed = 0; seed < values.size(); ++seed) values[seed] -= final_loss(b.seeds.at(seed));
  return values;
}

}  // namespace

double updates_to(const Trajectory& t, double loss) {
  for (std::size_t i = 0; i < t.loss.size(); ++i)
    if (t.loss[i] <= loss) return t.update[i];
  return kUnbounded;
}

// Vanilla models at the end of their budget beside Pre-LN models: the ratio of updates to the same loss.
std::vector<double> update_ratios(const TrainingRuns& slow, const TrainingRuns& fast) {
  std::vector<double> ratios;
  for (std::size_t seed = 0; seed < slow.seeds.size(); ++seed) {
    const double target = final_loss(slow.seeds[seed]);
    ratios.push_back(updates_to(slow.seeds[seed], target) / updates_to(fast.seeds.at(seed), target));
  }
  return ratios;
}

// "A hundred times smaller than in the first layer" holds for some seeds only: 98 to 590 times in three. That plain
// attention has next to no gradient of W_Q in the last layer, compared with E-SPA, holds by five orders of magnitude.
void check_gradients(const std::vector<GradientProfiles>& profiles, std::vector<Check>& checks) {
  const auto ratios = [](const GradientProfiles& p) {
    std::vector<double> values;
    for (const GradientProfile& seed : p.seeds) values.push_back(seed.query.back() / seed.query.front());
    return values;
  };
  const GradientProfiles &plain = profiles.front(), &exponential = profiles.back();
  const CheckSetting at = {{"layers", static_cast<double>(plain.layers)}};
  for (const GradientProfiles& p : profiles)
    if (p.arm == Arm::kPlain)
      checks.push_back({"plain_query_gradient",
                        kGradientSource,
                        at,
                        greatest(ratios(p)),
                        0,
                        {0, 0.05},
                        "gradient of W_Q in the last layer over that in the first, greatest"});
    else
      checks.push_back({check_prefix(p.arm) + "query_gradient",
                        kGradientSource,
                        at,
                        least(ratios(p)),
                        1,
                        {0.3, kUnbounded},
                        "gradient of W_Q in the last layer over that in the first, least"});
  std::vector<double> over;
  for (std::size_t seed = 0; seed < plain.seeds.size(); ++seed)
    over.push_back(plain.seeds[seed].query.back() / exponential.seeds.at(seed).query.back());
  checks.push_back({"plain_over_e_spa_query_gradient",
                    kGradientSource,
                    at,
                    greatest(over),
                    0,
                    {0, 1e-3},
                    "gradient of W_Q in the last layer, plain over E-SPA, greatest"});
}

namespace {

// Whether a model without shortcuts comes close to the loss of Pre-LN at all.
bool learns(Arm arm) { return arm != Arm::kPlain; }

void check_loss_gain(const TrainingRuns& r, double unigram_nats, std::vector<Check>& checks) {
  std::vector<double> gains = final_losses(r);
  for (double& gain : gains) gain = unigram_nats - gain;
  if (learns(r.setting.arm))
    checks.push_back({check_prefix(r.setting.arm) + "loss_gain",
                      kTrainingSource,
                      layers_setting(r),
                      least(gains),
                      0.3,
                      {0.3, 3},
                      "loss of character frequencies less final loss, nats per character, least"});
  else
    checks.push_back({check_prefix(r.setting.arm) + "loss_gain",
                      kTrainingSource,
                      layers_setting(r),
                      greatest(gains),
                      0,
                      {-0.2, 0.1},
                      "loss of character frequencies less final loss, nats per character, greatest"});
}

// Claimed: 5 times as many updates as a standard Transformer. Deep models do need more, in every seed measured at least
// 3 times as many in 36 layers. With 12 layers, E-SPA at these constants needs no more than Pre-LN (0.8 to 0.9 times in
// three seeds), so that less than half is what would be wrong there. Losses are known every ten updates.
Interval accepted_ratio(const TrainingSetting& setting) {
  if (has_shortcuts(setting.arm)) return {0.7, 1.6};
  return {setting.layers >= 36 ? 1.5 : 0.5, 30};
}

void check_update_ratio(const TrainingRuns& r, const TrainingRuns& pre, std::vector<Check>& checks) {
  checks.push_back({check_prefix(r.setting.arm) + "update_ratio", kTrainingSource, layers_setting(r),
                    mean_of(update_ratios(r, pre)), has_shortcuts(r.setting.arm) ? 1.0 : 5.0, accepted_ratio(r.setting),
                    "updates to its final loss, over those of Pre-LN to the same loss, mean"});
}

// Mean over seeds of the loss of V-SkipInit less that of Pre-LN.
double deficit(const Trainings& trainings, std::int64_t layers) {
  return mean_of(
      differences(*find_runs(trainings, Arm::kValueSkip, layers), *find_runs(trainings, Arm::kPreLn, layers)));
}

}  // namespace

void check_training(const Trainings& trainings, std::vector<Check>& checks) {
  for (const TrainingRuns& r : trainings.runs) {
    check_loss_gain(r, trainings.unigram_nats, checks);
    if (r.setting.arm == Arm::kPreLn || !learns(r.setting.arm)) continue;
    const TrainingRuns& pre = *find_runs(trainings, Arm::kPreLn, r.setting.layers);
    check_update_ratio(r, pre, checks);
    if (r.setting.arm == Arm::kNoNorm) continue;
    checks.push_back({check_prefix(r.setting.arm) + "over_pre_ln",
                      kTrainingSource,
                      layers_setting(r),
                      mean_of(differences(r, pre)),
                      0,
                      {-0.03, 0.7},
                      "final loss less that of Pre-LN after as many updates, nats per character, mean"});
  }
  const std::int64_t shallowest = trainings.runs.front().setting.layers, deepest = trainings.runs.back().setting.layers;
  if (shallowest == deepest) return;
  checks.push_back(
      {"v_skip_init_deficit_grows",
       kTrainingSource,
       {{"layers", static_cast<double>(deepest)}},
       deficit(trainings, deepest) - deficit(trainings, shallowest),
       0.03,
       {0, 0.5},
       fmt::format("final loss of V-SkipInit less that of Pre-LN, {} layers less {}, mean", deepest, shallowest)});
}

std::vector<std::string> training_notes(const Trainings& trainings) {
  std::vector<std::string> notes;
  for (const TrainingRuns& r : trainings.runs) {
    if (has_shortcuts(r.setting.arm) || !learns(r.setting.arm)) continue;
    const std::vector<double> ratios = update_ratios(r, *find_runs(trainings, Arm::kPreLn, r.setting.layers));
    notes.push_back(fmt::format(
        "{} in {} layers makes {:.1f} to {:.1f} times as many updates as Pre-LN to the same loss, in the mean {:.1f} "
        "({} seeds, {} updates; losses are means of {} updates).",
        name_of(r.setting.arm), r.setting.layers, least(ratios), greatest(ratios), mean_of(ratios), ratios.size(),
        r.setting.updates, kRecordEvery));
  }
  return notes;
}

}  // namespace prenorm::papers::no_shortcuts
