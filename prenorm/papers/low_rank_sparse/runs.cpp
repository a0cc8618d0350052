#include "prenorm/papers/low_rank_sparse/runs.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

namespace prenorm::papers::low_rank_sparse {
namespace {

// Models that differ in their seeds, 1 to `count`.
struct Group {
  TrainSetting setting;
  std::int64_t count = 1;
  Models* models = nullptr;
};

void train_groups(const std::vector<Group>& groups, std::int64_t test_samples, const Cells& cells) {
  std::vector<TrainSetting> settings;
  std::vector<Models*> into;
  std::vector<std::string> names;
  for (const Group& group : groups)
    for (std::int64_t seed = 1; seed <= group.count; ++seed) {
      settings.push_back(group.setting);
      settings.back().seed = static_cast<std::uint64_t>(seed);
      into.push_back(group.models);
      names.push_back(fmt::format("{}; {} test samples", name_of(settings.back()), test_samples));
    }
  const auto found = cells.get_all("models", names, CellThreads::kOneEach, [&](std::size_t i) {
    return to_json(measure(train(settings[i]), settings[i], test_samples));
  });
  for (std::size_t i = 0; i < found.size(); ++i) into[i]->push_back(outcome_from_json(found[i]));
}

}  // namespace

RunSetting run_setting(const ExperimentOptions& options) {
  RunSetting setting;
  setting.seeds = options.seeds;
  if (options.quick) setting.test_samples = 1000;
  return setting;
}

DataLaw two_patterns_among(std::int64_t patterns) {
  DataLaw law;
  law.patterns = patterns;
  law.dimension = 2 * patterns;
  return law;
}

std::vector<const Models*> Trainings::with_true_labels() const {
  std::vector<const Models*> all = {&one_direction, &four_patterns, &wide, &noisy};
  for (const auto& [patterns, models] : by_patterns) all.push_back(&models);
  return all;
}

Trainings train_all(const RunSetting& s, const Cells& cells) {
  Trainings t;
  std::vector<Group> groups;
  const auto add = [&](Models& models, std::int64_t count) -> TrainSetting& {
    groups.push_back({{}, count, &models});
    groups.back().setting.updates = s.updates;
    return groups.back().setting;
  };
  const std::int64_t many = s.seeds * s.models_per_seed;
  for (const std::int64_t patterns : s.pattern_counts)
    add(t.by_patterns[patterns], s.seeds).data = two_patterns_among(patterns);
  add(t.two_patterns, many);
  add(t.one_direction, s.seeds).data.discriminative = Discriminative::kOneDirection;
  add(t.four_patterns, s.seeds).data.discriminative = Discriminative::kFourPatterns;
  add(t.wide, s.seeds).model.neurons = 400;
  add(t.noisy, s.seeds).data.noise = kStrongNoise;
  add(t.shuffled_labels, many).data.labels = Labels::kShuffled;
  add(t.random_labels, many).data.labels = Labels::kRandom;
  train_groups(groups, s.test_samples, cells);
  t.by_patterns[DataLaw{}.patterns] = t.two_patterns;
  return t;
}

}  // namespace prenorm::papers::low_rank_sparse
