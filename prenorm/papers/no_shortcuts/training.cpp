#include "prenorm/papers/no_shortcuts/training.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "prenorm/papers/json.h"

namespace prenorm::papers::no_shortcuts {
namespace {

FitOptions training_options(const TrainingSetting& s) {
  FitOptions options;
  options.optim.lr = rate_of(s.arm);
  options.schedule.name = ScheduleName::kConstant;  // a decay would make the time to a loss depend on the budget
  options.schedule.warmup_steps = 20;
  options.updates = s.updates;
  options.record_every = kRecordEvery;
  return options;
}

constexpr std::int64_t kShort = 160, kLong = 600;  // updates

// The trainings without their seeds. U-SPA and E-SPA need the long ones to leave the plateau.
Trainings settings_of(bool quick) {
  Trainings all;
  for (const Arm arm : {Arm::kPreLn, Arm::kValueSkip, Arm::kPlain}) all.arms.push_back({{arm, 12, kShort}, {}});
  if (quick) return all;
  all.arms.push_back({{Arm::kNoNorm, 12, kShort}, {}});
  for (const Arm arm : {Arm::kUniform, Arm::kExponential}) all.arms.push_back({{arm, 12, kLong}, {}});
  for (const std::int64_t layers : {6, 24})
    for (const Arm arm : {Arm::kPreLn, Arm::kValueSkip}) all.depths.push_back({{arm, layers, kShort}, {}});
  return all;
}

}  // namespace

std::string TrainingSetting::name() const {
  return fmt::format("training: {}, {} layers, {} updates of {} sequences, rate {}, every {}, seed {}", name_of(arm),
                     layers, updates, kSequences, rate_of(arm), kRecordEvery, seed);
}

double rate_of(Arm arm) {
  switch (arm) {
    case Arm::kPreLn: return 3e-3;
    case Arm::kNoNorm: return 1e-3;
    default: return 3e-4;
  }
}

Trajectory train(const TrainingSetting& s, const real_data::Characters& text) {
  LanguageModelSetting setting;
  setting.arm = s.arm;
  setting.layers = s.layers;
  setting.vocabulary = text.vocabulary();
  setting.seed = s.seed;
  LanguageModel model(setting);
  const auto loss = [&](std::int64_t update) {
    Cells::stop_if_asked();
    return model.loss(text.batch(kSequences, setting.tokens, s.seed, update));
  };
  return fit(model.parameters(), loss, training_options(s));
}

Trainings train_all(const real_data::Characters& text, const ExperimentOptions& options, const Cells& cells) {
  Trainings all = settings_of(options.quick);
  all.unigram_nats = text.unigram_nats();
  std::vector<TrainingSetting> settings;
  std::vector<TrainingRuns*> into;
  std::vector<std::string> names;
  const auto add = [&](std::vector<TrainingRuns>& list, std::int64_t seeds) {
    for (TrainingRuns& runs : list)
      for (std::int64_t seed = 1; seed <= seeds; ++seed) {
        settings.push_back(runs.setting);
        settings.back().seed = static_cast<std::uint64_t>(seed);
        into.push_back(&runs);
        names.push_back(settings.back().name());
      }
  };
  add(all.arms, options.seeds);
  add(all.depths, options.seeds);
  const auto values = cells.get_all("training", names, CellThreads::kOneEach, [&](std::size_t i) {
    const Trajectory t = train(settings[i], text);
    return nlohmann::json{{"update", t.update}, {"loss", numbers_to_json(t.loss)}};
  });
  for (std::size_t i = 0; i < values.size(); ++i)
    into[i]->seeds.push_back({numbers_field(values[i], "update"), numbers_field(values[i], "loss")});
  return all;
}

const TrainingRuns& find_runs(const std::vector<TrainingRuns>& all, Arm arm, std::int64_t layers) {
  for (const TrainingRuns& r : all)
    if (r.setting.arm == arm && r.setting.layers == layers) return r;
  throw std::out_of_range("no such trainings");
}

}  // namespace prenorm::papers::no_shortcuts
