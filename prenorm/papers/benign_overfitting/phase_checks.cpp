#include <cmath>
#include <functional>

#include "prenorm/papers/benign_overfitting/checks.h"
#include "prenorm/papers/benign_overfitting/traces.h"

namespace prenorm::papers::benign_overfitting {
namespace {

constexpr double kUniform = 0.25;  // 1/M

std::vector<Run> traced_runs(double product, double rate, std::int64_t seeds, const Cells& cells) {
  std::vector<RunSetting> settings;
  for (std::int64_t seed = 1; seed <= seeds; ++seed) {
    RunSetting& setting = settings.emplace_back(run_setting(small_data(seed, product)));
    setting.descent.rate = rate;
    setting.record = Record::kTrace;
  }
  return train_all("phases", settings, cells);
}

class PhaseChecks {
 public:
  PhaseChecks(const std::vector<Run>& runs, std::vector<Check>& checks) : runs_(runs), checks_(checks) {}

  // What `measure` makes of each seed's trace: the one farthest from `predicted`.
  void add(const std::string& name, double predicted, Interval accepted, const std::string& what,
           const std::function<double(const std::vector<State>&)>& measure) {
    std::vector<double> values;
    for (const Run& run : runs_) values.push_back(measure(run.trace));
    checks_.push_back({name, "Figure 3", {}, farthest_from(predicted, values), predicted, accepted, what});
  }

 private:
  const std::vector<Run>& runs_;
  std::vector<Check>& checks_;
};

double step_of(const State& state) { return state.step < 0 ? std::nan("") : static_cast<double>(state.step); }

}  // namespace

PhaseStudy study_phases(const ExperimentSetting& s, const Cells& cells) {
  return {traced_runs(kBenignProduct, 0.25, s.seeds, cells), traced_runs(kHarmfulProduct, 4, s.seeds, cells)};
}

void check_benign_phases(const PhaseStudy& study, std::vector<Check>& checks) {
  PhaseChecks phases(study.benign, checks);
  using Trace = std::vector<State>;
  phases.add("benign_attention_before_phase_2", 0, {0, 0.05},
             "largest change of the weight signal to signal while the training loss is above 0.6", [](const Trace& t) {
               return largest_distance(t, &State::attention_signal, t.front().attention_signal, 0.6);
             });
  phases.add("benign_score_at_phase_2", 1, {0.5, 3}, "V_+ when that weight has risen by 0.05", [](const Trace& t) {
    return first_above(t, &State::attention_signal, t.front().attention_signal + 0.05).score_positive;
  });
  phases.add("benign_loss_at_half_attention", 0.35, {0.2, 0.5}, "training loss when that weight passes 0.5",
             [](const Trace& t) { return first_above(t, &State::attention_signal, 0.5).loss; });
  phases.add("benign_loss_at_full_attention", 0.1, {0.06, 0.2}, "training loss when it passes 0.95",
             [](const Trace& t) { return first_above(t, &State::attention_signal, 0.95).loss; });
  phases.add("benign_noise_attention", 0.4, {0.33, 0.5}, "weight noise to signal at the training loss 0.014, from 0.25",
             [](const Trace& t) { return first_below(t, &State::loss, 0.014).attention_noise; });
  phases.add("benign_order", 2, {1.2, 5},
             "steps until noise to signal passes 0.35 over steps until signal to signal passes 0.95",
             [](const Trace& t) {
               return step_of(first_above(t, &State::attention_noise, 0.35)) /
                      step_of(first_above(t, &State::attention_signal, 0.95));
             });
}

void check_harmful_phases(const PhaseStudy& study, std::vector<Check>& checks) {
  PhaseChecks phases(study.harmful, checks);
  using Trace = std::vector<State>;
  phases.add("harmful_attention_before_phase_2", 0, {0, 0.02},
             "largest distance of the weight noise to signal from 1/M while the training loss is above 0.6",
             [](const Trace& t) { return largest_distance(t, &State::attention_noise, kUniform, 0.6); });
  // At first the ratio is that of their growth, 1/(N SNR^2 p_+).
  phases.add("harmful_score_ratio", 2 / kHarmfulProduct, {5, 20}, "mean y V_{n,i} over V_+ at the stop",
             [](const Trace& t) { return t.back().score_noise / t.back().score_positive; });
  phases.add("harmful_noise_attention", 0, {0, 0.1}, "weight noise to signal at the stop, from 0.25",
             [](const Trace& t) { return t.back().attention_noise; });
  phases.add("harmful_signal_attention", 0, {0, 0.02}, "largest distance of the weight signal to signal from 1/M",
             [](const Trace& t) { return largest_distance(t, &State::attention_signal, kUniform, 0); });
  phases.add("harmful_score_at_drop", 1, {0.5, 5}, "mean y V_{n,i} when that weight falls below 0.15",
             [](const Trace& t) { return first_below(t, &State::attention_noise, 0.15).score_noise; });
}

}  // namespace prenorm::papers::benign_overfitting
