#include "prenorm/papers/noise_scale/character_run.h"

#include <fmt/format.h>

#include <memory>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/noise_scale/character_batches.h"
#include "prenorm/updates/batch_moments.h"

namespace prenorm::papers::noise_scale {
namespace {

constexpr std::int64_t kWarmupTokens = 200'000;

Config config_of(const Model& model) {
  Config config;
  config.task = TaskKind::kCausalLm;
  ModelConfig& m = config.model;
  m.norm_placement = model.placement;
  m.decoder_layers = 4;
  m.d_model = 64;
  m.d_ff = 256;
  m.num_heads = 4;
  m.activation = Activation::kGelu;
  m.positions = Positions::kLearned;
  m.max_positions = kSequenceTokens;
  m.scale_embeddings = false;
  m.tied_embeddings = TiedEmbeddings::kNone;
  m.dropout = 0;
  config.optim.name = OptimizerName::kAdamW;
  config.optim.lr = model.rate;
  config.optim.beta2 = 0.95;
  config.optim.weight_decay = 0.1;
  config.optim.clip_norm = 1;
  config.schedule.unit = ScheduleUnit::kTokens;
  config.schedule.warmup_steps = kWarmupTokens;
  config.schedule.name = model.decay_tokens > 0 ? ScheduleName::kLinear : ScheduleName::kConstant;
  config.schedule.final_lr_ratio = 0.1;
  config.train.max_tokens = model.decay_tokens;
  config.batch.accumulate = model.batches;
  config.batch.ramp_from = model.ramp_from;
  config.batch.ramp_tokens = model.ramp_tokens;
  config.train.seed = static_cast<std::int64_t>(model.seed);
  config.train.label_smoothing = 0;
  config.train.history = 0;
  config.train.noise_scale = NoiseScale::kAll;
  config.runtime.workers = 1;
  return config;
}

}  // namespace

std::string Model::name() const {
  return fmt::format("{}, rate {}, {} batches of {}, ramp {} {}, decay {}, seed {}", enum_name(placement), rate,
                     batches, batch_sequences, ramp_from, ramp_tokens, decay_tokens, seed);
}

CharacterRun::CharacterRun(const Model& model, const real_data::Characters& text)
    : config_(config_of(model)),
      task_(config_, text.vocabulary(),
            std::make_unique<CharacterBatches>(text, model.seed, model.batch_sequences, kSequenceTokens)),
      updater_(config_, task_) {}

void CharacterRun::add(const updates::Update& update, Series& series) const {
  Moments norms, others;
  for (const noise::NamedMoments& p :
       updates::batch_moments(update.example_squares.value(), task_.model().parameters().trained()).parameters)
    (noise::group_of(p.name) == noise::Group::kNorm ? norms : others) += p.moments;
  series.tokens.push_back(static_cast<double>(state_.target_tokens));
  series.loss.push_back(update.loss());
  series.norms.push_back(norms);
  series.others.push_back(others);
}

Series CharacterRun::train(std::int64_t tokens) {
  Series series;
  for (const std::int64_t end = state_.target_tokens + tokens; state_.target_tokens < end;) {
    Cells::stop_if_asked();
    const updates::Update update = updater_.compute(state_);
    updater_.apply(update, /*measure=*/false);
    updater_.record(state_, update, {});
    add(update, series);
  }
  return series;
}

Series CharacterRun::measure(std::int64_t updates) {
  Series series;
  for (std::int64_t i = 0; i < updates; ++i) {
    Cells::stop_if_asked();
    add(updater_.compute(state_), series);
  }
  return series;
}

CharacterRun::State CharacterRun::state() const {
  State state{task_.model().parameters().values().clone(), {}, updater_.optimizer().updates(), state_};
  for (const auto& [name, buffer] : updater_.optimizer().state()) state.optimizer.push_back(buffer.clone());
  return state;
}

void CharacterRun::restore(const State& state) {
  const at::NoGradGuard no_grad;
  task_.parameters().values().copy_(state.values);
  const auto buffers = updater_.optimizer().state();
  for (std::size_t i = 0; i < buffers.size(); ++i) at::Tensor(buffers[i].second).copy_(state.optimizer[i]);
  updater_.optimizer().set_updates(state.updates);
  state_ = state.trainer;
}

}  // namespace prenorm::papers::noise_scale
