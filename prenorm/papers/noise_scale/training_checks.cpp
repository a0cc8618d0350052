#include <cmath>
#include <limits>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/extremes.h"
#include "prenorm/papers/noise_scale/analysis.h"
#include "prenorm/papers/noise_scale/checks.h"

namespace prenorm::papers::noise_scale {
namespace {

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

// `value` of each Pre-LN model.
template <class Value>
std::vector<double> of_pre_ln(const std::vector<TrainedModel>& models, const Value& value) {
  std::vector<double> values;
  for (const TrainedModel& m : models)
    if (m.model.placement == NormPlacement::kPreLn) values.push_back(value(m));
  return values;
}

// ln of a branch's noise scale over that of the unchanged one.
double log_change(const TrainedModel& model, std::size_t branch) {
  return std::log(model.branches[branch].noise_scale / model.branches[0].noise_scale);
}

}  // namespace

void check_training(const std::vector<TrainedModel>& models, std::vector<Check>& checks) {
  const auto predictions = [&](double Prediction::*member) {
    return least(of_pre_ln(models, [&](const TrainedModel& m) { return predict_total(m.series).*member; }));
  };
  const std::string part = "figure 7";
  checks.push_back({"correlation",
                    part,
                    {},
                    predictions(&Prediction::correlation),
                    1,
                    {0.9, 1},
                    "of the noise scales of norms and of all weights, Pre-LN, running means; least over seeds"});
  checks.push_back({"log_correlation_without_trend",
                    part,
                    {},
                    predictions(&Prediction::log_correlation_without_trend),
                    1,
                    {0, 1},
                    "of their logarithms, each less its line over tokens; least over seeds"});
  checks.push_back({"slope",
                    part,
                    {},
                    predictions(&Prediction::slope),
                    2,
                    {0, kNoLimit},
                    "least squares of the total on the norms, least over seeds; predicted: the authors' public run"});
  checks.push_back({"norm_growth",
                    "section 6",
                    {},
                    predictions(&Prediction::norm_growth),
                    2,
                    {2, kNoLimit},
                    "noise scale of the norms, last fifth over first, least over seeds"});
  checks.push_back({"total_growth",
                    "section 6",
                    {},
                    predictions(&Prediction::total_growth),
                    2,
                    {2, kNoLimit},
                    "noise scale of all weights, last fifth over first, least over seeds"});
}

void check_frozen(const std::vector<TrainedModel>& models, std::vector<Check>& checks) {
  for (const NormPlacement placement : {NormPlacement::kPreLn, NormPlacement::kPostLn}) {
    std::vector<double> distances;
    for (const TrainedModel& m : models) {
      if (m.model.placement != placement) continue;
      for (const FrozenEstimate& a : m.frozen)
        for (const FrozenEstimate& b : m.frozen)
          distances.push_back(std::abs(a.noise_scale.value - b.noise_scale.value) /
                              std::hypot(a.noise_scale.standard_error, b.noise_scale.standard_error));
    }
    checks.push_back({check_prefix(placement) + "batch_invariance",
                      "section 2",
                      {},
                      greatest(distances),
                      0,
                      {0, 2},
                      "noise scale from 16 to 128 sequences an update, farthest pair in combined standard errors"});
  }
}

void check_temperature(const std::vector<TrainedModel>& models, std::vector<Check>& checks) {
  const auto rate = [](const TrainedModel& m) { return log_change(m, 1); };
  const auto beyond_batch = [](const TrainedModel& m) {
    return log_change(m, 1) - std::max(std::abs(log_change(m, 2)), std::abs(log_change(m, 3)));
  };
  checks.push_back({"rate_raises",
                    "figure 6",
                    {},
                    std::exp(least(of_pre_ln(models, rate))),
                    2,
                    {1, kNoLimit},
                    "noise scale at a quarter of the rate over that at the rate, least over seeds"});
  checks.push_back({"rate_more_than_batch",
                    "figure 6",
                    {},
                    least(of_pre_ln(models, beyond_batch)),
                    1,
                    {0, kNoLimit},
                    "its logarithm less that for a batch 4 times as large or small, least over seeds"});
}

void check_ramp(const std::vector<RampPair>& pairs, double stretch, std::vector<Check>& checks) {
  std::vector<double> savings;
  for (const RampPair& pair : pairs) savings.push_back(saving_of(pair, stretch).share_saved);
  double saved = 0;
  for (const double value : savings) saved += value > 0 ? 1 : 0;
  checks.push_back({"ramp_saves",
                    "section 6",
                    {},
                    saved / static_cast<double>(savings.size()),
                    1,
                    {0.6, 1},
                    "share of seeds in which the ramp needs fewer tokens for the final loss of the fixed batch"});
}

}  // namespace prenorm::papers::noise_scale
