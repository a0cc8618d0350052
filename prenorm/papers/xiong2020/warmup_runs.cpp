#include "prenorm/papers/xiong2020/warmup_runs.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "prenorm/models/translator.h"
#include "prenorm/papers/json.h"
#include "prenorm/papers/xiong2020/reversal.h"

namespace prenorm::papers::xiong2020 {
namespace {

ModelConfig warmup_model(NormPlacement placement, const WarmupSetting& s) {
  ModelConfig model;
  model.norm_placement = placement;
  model.encoder_layers = model.decoder_layers = s.layers;
  model.d_model = s.d_model;
  model.d_ff = 2 * s.d_model;
  model.num_heads = 4;
  model.dropout = 0;
  return model;
}

FitOptions fit_options(bool warmup, const WarmupSetting& s) {
  FitOptions options;
  options.optim.lr = s.lr;
  options.schedule.name = ScheduleName::kInverseSqrt;
  options.schedule.warmup_steps = warmup ? s.warmup : 0;
  options.schedule.decay_start_steps = s.warmup;
  options.updates = s.updates;
  options.record_every = s.record_every;
  return options;
}

Trajectory train(const WarmupArm& arm, const WarmupSetting& s, std::uint64_t seed) {
  const Reversal task;
  models::Translator model(warmup_model(arm.placement, s), task.vocabulary(), task.vocabulary(), seed);
  const auto loss = [&](std::int64_t update) {
    Cells::stop_if_asked();
    const batches::Batch batch = task.batch(seed, update);
    return model.loss(batch, /*label_smoothing=*/0, {.training = true}).loss_sum /
           static_cast<double>(batch.target_tokens());
  };
  return fit(model.parameters(), loss, fit_options(arm.warmup, s));
}

std::string run_name(const WarmupArm& arm, const WarmupSetting& s, std::size_t seed) {
  return fmt::format("{}, {} layers, d_model {}, {} updates, {} of them before the decay, rate {}, every {}, seed {}",
                     arm.name, s.layers, s.d_model, s.updates, s.warmup, s.lr, s.record_every, seed);
}

}  // namespace

WarmupRuns train_warmup_runs(const WarmupSetting& s, std::int64_t seeds, const Cells& cells) {
  constexpr std::size_t kArms = kWarmupArms.size();
  std::vector<std::string> names;
  for (std::size_t seed = 1; seed <= static_cast<std::size_t>(seeds); ++seed)
    for (const WarmupArm& arm : kWarmupArms) names.push_back(run_name(arm, s, seed));
  const auto found = cells.get_all("training", names, CellThreads::kOneEach, [&](std::size_t i) {
    const Trajectory t = train(kWarmupArms.at(i % kArms), s, i / kArms + 1);
    return nlohmann::json{{"update", t.update}, {"loss", numbers_to_json(t.loss)}};
  });
  WarmupRuns runs;
  for (std::size_t i = 0; i < found.size(); ++i)
    runs.at(i % kArms).push_back({numbers_field(found[i], "update"), numbers_field(found[i], "loss")});
  return runs;
}

}  // namespace prenorm::papers::xiong2020
