#include <cmath>

#include "prenorm/papers/benign_overfitting/checks.h"
#include "prenorm/papers/benign_overfitting/theory.h"

namespace prenorm::papers::benign_overfitting {
namespace {

constexpr double kEarlyLoss = 0.6;  // up to here derivatives of the loss are 0.45 to 0.5

std::vector<EarlyRun> early_runs(double product, double rate, std::int64_t seeds, const Cells& cells) {
  std::vector<EarlyRun> early;
  std::vector<RunSetting> settings;
  for (std::int64_t seed = 1; seed <= seeds; ++seed) {
    DataSetting data = small_data(seed, product);
    data.labels = LabelLaw::kCoin;
    early.push_back({data, draw_tokens(data).positive_share(), {}});
    RunSetting& setting = settings.emplace_back(run_setting(data, {kEarlyLoss}));
    setting.descent.rate = rate;
    setting.record = Record::kTrace;
  }
  const std::vector<Run> runs = train_all("early training", settings, cells);
  for (std::size_t i = 0; i < runs.size(); ++i) early[i].run = runs[i];
  return early;
}

// Measured over predicted growth: of all seeds and recorded steps the farthest from 1.
double farthest_growth(const std::vector<EarlyRun>& runs, double State::*score, double EarlyGrowth::*growth) {
  std::vector<double> ratios;
  for (const EarlyRun& early : runs) {
    const double predicted = early_growth(early.data, early.positive_share).*growth;
    for (const State& state : early.run.trace) {
      if (state.step == 0 || !(state.loss > kEarlyLoss)) continue;
      const double time = early.run.rate * static_cast<double>(state.step);
      ratios.push_back((state.*score - early.run.trace[0].*score) / (time * predicted));
    }
  }
  return ratios.empty() ? std::nan("") : farthest_from(1, ratios);
}

// V_+ over y V_{n,i} at the last early step, over N SNR^2 p_+.
double farthest_ratio(const std::vector<EarlyRun>& runs) {
  std::vector<double> ratios;
  for (const EarlyRun& early : runs) {
    const State& first = early.run.trace.front();
    State last = first;
    for (const State& state : early.run.trace)
      if (state.loss > kEarlyLoss) last = state;
    const EarlyGrowth growth = early_growth(early.data, early.positive_share);
    ratios.push_back((last.score_positive - first.score_positive) / (last.score_noise - first.score_noise) /
                     (growth.positive / growth.noise));
  }
  return farthest_from(1, ratios);
}

void check_laws(const std::vector<EarlyRun>& runs, double product, std::vector<Check>& checks) {
  const auto add = [&](const std::string& name, double measured, const std::string& what) {
    checks.push_back({name, "derived (1)", {{"N SNR^2", product}}, measured, 1, {0.85, 1.15}, what});
  };
  const std::string rest = " while the training loss is above 0.6; of all steps and seeds the farthest from 1";
  add("early_signal_growth", farthest_growth(runs, &State::score_positive, &EarlyGrowth::positive),
      "growth of V_+ over rate t |mu|^2 p_+/(2M)" + rest);
  add("early_negative_signal_growth", farthest_growth(runs, &State::score_negative, &EarlyGrowth::negative),
      "growth of V_- over -rate t |mu|^2 p_-/(2M)" + rest);
  add("early_noise_growth", farthest_growth(runs, &State::score_noise, &EarlyGrowth::noise),
      "growth of the mean y V_{n,i} over rate t |xi|^2/(2NM)" + rest);
  add("early_ratio", farthest_ratio(runs),
      "growth of V_+ over that of y V_{n,i}, over N SNR^2 p_+, when the training loss reaches 0.6");
}

}  // namespace

EarlyStudy study_early(const ExperimentSetting& s, const Cells& cells) {
  return {early_runs(kBenignProduct, 0.25, s.seeds, cells), early_runs(kHarmfulProduct, 1, s.seeds, cells)};
}

void check_early(const EarlyStudy& study, std::vector<Check>& checks) {
  check_laws(study.benign, kBenignProduct, checks);
  check_laws(study.harmful, kHarmfulProduct, checks);
}

}  // namespace prenorm::papers::benign_overfitting
