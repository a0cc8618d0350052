#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "prenorm/papers/benign_overfitting/checks.h"

namespace prenorm::papers::benign_overfitting {
namespace {

constexpr double kPublicNorm = 20;

using Trainings = std::vector<std::vector<SelectionState>>;  // by seed

const Trainings& at_norm(const SelectionStudy& study, double norm) {
  const auto found = std::find(study.norms.begin(), study.norms.end(), norm);
  return study.runs.at(static_cast<std::size_t>(found - study.norms.begin()));
}

double farthest_last(const Trainings& trainings, double SelectionState::*quantity, double predicted) {
  std::vector<double> values;
  for (const auto& states : trainings) values.push_back(states.back().*quantity);
  return farthest_from(predicted, values);
}

double first_step(const std::vector<SelectionState>& states, double SelectionState::*quantity, double value) {
  for (const SelectionState& state : states)
    if (state.*quantity >= value) return static_cast<double>(state.step);
  return std::nan("");
}

// Before training, the mean token's score is 1/(sqrt(2) T) of the signal and Gaussian of deviation 1/(|mu| sqrt(T)).
double uniform_accuracy(double norm) {
  const double z = norm / std::sqrt(2.0 * static_cast<double>(SelectionSetting().tokens));
  return std::erfc(-z / std::sqrt(2.0)) / 2;
}

double least_training_accuracy(const Trainings& trainings) {
  const double flipped = SelectionSetting().flipped;
  std::vector<double> shares;
  for (const auto& states : trainings)
    shares.push_back((1 - flipped) * states.back().clean_accuracy + flipped * states.back().flipped_accuracy);
  return least(shares);
}

// Flipped labels are fitted after clean samples have selected their signal.
double least_order(const Trainings& trainings) {
  std::vector<double> ratios;
  for (const auto& states : trainings)
    ratios.push_back(first_step(states, &SelectionState::flipped_accuracy, 1) /
                     first_step(states, &SelectionState::clean_attention, 0.5));
  return least(ratios);
}

}  // namespace

SelectionStudy study_selection(const ExperimentSetting& s, const Cells& cells) {
  SelectionStudy study{s.selection_norms, {}};
  std::vector<SelectionSetting> settings;
  std::vector<std::string> names;
  for (const double norm : study.norms)
    for (std::int64_t seed = 1; seed <= s.seeds; ++seed) {
      SelectionSetting setting;
      setting.signal_norm = norm;
      setting.seed = static_cast<std::uint64_t>(seed);
      settings.push_back(setting);
      names.push_back(name_of(setting));
    }
  const auto found = cells.get_all("token selection", names, CellThreads::kOneEach,
                                   [&](std::size_t i) { return to_json(train_selection(settings[i])); });
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (settings[i].seed == 1) study.runs.emplace_back();
    study.runs.back().push_back(selection_states_from_json(found[i]));
  }
  return study;
}

void check_selection(const SelectionStudy& study, std::vector<Check>& checks) {
  const auto add = [&](const std::string& name, double norm, double measured, double predicted, Interval accepted,
                       const std::string& what) {
    checks.push_back({name, "arXiv 2409.17625", {{"signal norm", norm}}, measured, predicted, accepted, what});
  };
  for (const double norm : {2.0, kPublicNorm}) {
    const Trainings& t = at_norm(study, norm);
    const bool benign = norm == kPublicNorm;
    add("selection_training_accuracy", norm, least_training_accuracy(t), 1, {benign ? 0.95 : 0.9, 1},
        "share of training samples, with clean and flipped labels, that are fitted after 1000 steps; the worst seed");
    add("selection_test_accuracy", norm, farthest_last(t, &SelectionState::test_accuracy, benign ? 1 : 0),
        uniform_accuracy(norm), benign ? Interval{0.99, 1} : Interval{0.55, 0.75},
        benign ? "share of fresh samples with the right sign; the worst seed"
               : "the same for a weak signal, where it is no more than that of uniform attention; the best seed");
  }
  const Trainings& t = at_norm(study, kPublicNorm);
  // One flipped sample in 400 has no token whose score has the sign of its label.
  add("selection_flipped_accuracy", kPublicNorm, farthest_last(t, &SelectionState::flipped_accuracy, 1), 1, {0.75, 1},
      "share of training samples with flipped labels that are fitted; the worst seed");
  add("selection_clean_attention", kPublicNorm, farthest_last(t, &SelectionState::clean_attention, 1), 1, {0.98, 1},
      "attention of clean training samples to the signal, the worst seed");
  add("selection_flipped_attention", kPublicNorm, farthest_last(t, &SelectionState::flipped_attention, 0), 0, {0, 0.02},
      "attention of flipped training samples to the signal, the largest of all seeds");
  add("selection_order", kPublicNorm, least_order(t), 1, {1.5, std::numeric_limits<double>::infinity()},
      "steps until all flipped labels are fitted over steps until clean attention passes 0.5; the least of all seeds");
}

}  // namespace prenorm::papers::benign_overfitting
