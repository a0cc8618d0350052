#include "prenorm/papers/no_shortcuts/training.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "prenorm/models/causal_lm.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::no_shortcuts {
namespace {

FitOptions training_options(const TrainingSetting& s) {
  FitOptions options;
  options.optim.lr = rate_of(s.arm, s.layers);
  options.optim.beta2 = 0.99;
  options.optim.clip_norm = 1;
  options.schedule.name = ScheduleName::kConstant;  // a decay would make the time to a loss depend on the budget
  options.schedule.warmup_steps = 50;
  options.updates = s.updates;
  options.record_every = kRecordEvery;
  return options;
}

struct Depth {
  std::int64_t layers, updates;
  std::vector<Arm> arms;
};

// The quick form has the models that decide, in 12 layers. Models of 36 layers leave the loss of frequencies later.
std::vector<Depth> depths_of(bool quick) {
  if (quick) return {{12, 120, {Arm::kPreLn, Arm::kValueSkip, Arm::kExponential, Arm::kPlain}}};
  return {{6, 200, {Arm::kPreLn, Arm::kValueSkip}},
          {12, 200, {Arm::kPreLn, Arm::kNoNorm, Arm::kValueSkip, Arm::kUniform, Arm::kExponential, Arm::kPlain}},
          {36, 240, {Arm::kPreLn, Arm::kValueSkip, Arm::kExponential, Arm::kPlain}}};
}

}  // namespace

std::string TrainingSetting::name() const {
  const Shaping& shaping = kTrainedShaping;
  return fmt::format(
      "training: {}, {} layers, {} updates of {} sequences, rate {}, shaping {} {} {}, every {}, seed {}", name_of(arm),
      layers, updates, kSequences, rate_of(arm, layers), shaping.decay, shaping.correlation, shaping.tat_target,
      kRecordEvery, seed);
}

double rate_of(Arm arm, std::int64_t layers) {
  switch (arm) {
    case Arm::kPreLn: return 3e-3;
    case Arm::kNoNorm: return 1e-3;
    default: return layers > 12 ? 5e-4 : 1e-3;
  }
}

Trajectory train(const TrainingSetting& s, const real_data::Characters& text) {
  models::CausalLm model(language_model(s.arm, s.layers, kTrainedShaping), text.vocabulary(), s.seed);
  const auto loss = [&](std::int64_t update) {
    Cells::stop_if_asked();
    const batches::TextBatch batch = text.batch(kSequences, kModelTokens, s.seed, update);
    return model.loss(batch, /*label_smoothing=*/0, {.training = true}).loss_sum /
           static_cast<double>(batch.targets.size());
  };
  return fit(model.parameters(), loss, training_options(s));
}

Trainings train_all(const real_data::Characters& text, const ExperimentOptions& options, const Cells& cells) {
  Trainings all{text.unigram_nats(), {}};
  for (const Depth& depth : depths_of(options.quick))
    for (const Arm arm : depth.arms) all.runs.push_back({{arm, depth.layers, depth.updates}, {}});
  const auto seeds = static_cast<std::size_t>(options.seeds);
  const std::size_t count = all.runs.size() * seeds;
  // The deepest take longest and are first.
  const auto runs_of = [&](std::size_t i) -> TrainingRuns& { return all.runs[all.runs.size() - 1 - i / seeds]; };
  const auto setting_of = [&](std::size_t i) {
    TrainingSetting setting = runs_of(i).setting;
    setting.seed = 1 + i % seeds;
    return setting;
  };
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(setting_of(i).name());
  const auto values = cells.get_all("training", names, CellThreads::kOneEach, [&](std::size_t i) {
    const Trajectory t = train(setting_of(i), text);
    return nlohmann::json{{"update", t.update}, {"loss", numbers_to_json(t.loss)}};
  });
  for (std::size_t i = 0; i < values.size(); ++i)
    runs_of(i).seeds.push_back({numbers_field(values[i], "update"), numbers_field(values[i], "loss")});
  return all;
}

const TrainingRuns* find_runs(const Trainings& trainings, Arm arm, std::int64_t layers) {
  for (const TrainingRuns& r : trainings.runs)
    if (r.setting.arm == arm && r.setting.layers == layers) return &r;
  return nullptr;
}

}  // namespace prenorm::papers::no_shortcuts
