#include "prenorm/papers/no_shortcuts/training.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include <array>

#include "prenorm/models/causal_lm.h"
#include "prenorm/papers/cells.h"

namespace prenorm::papers::no_shortcuts {
namespace {

FitOptions training_options(const TrainingSetting& s) {
  FitOptions options;
  options.optim.lr = rate_of(s.arm, s.layers);
  options.schedule.name = ScheduleName::kConstant;
  options.schedule.warmup_steps = 20;
  options.updates = s.updates;
  options.record_every = kRecordEvery;
  return options;
}

}  // namespace

Trajectory train(const TrainingSetting& s, const Characters& text) {
  models::CausalLm model(model_config(s.arm, s.layers), text.vocabulary(), s.seed);
  const auto loss = [&](std::int64_t update) {
    Cells::stop_if_asked();
    const batches::TextBatch batch = text.batch(kSequences, kTrainedTokens, s.seed, update);
    return model.loss(batch, /*label_smoothing=*/0, {.training = true}).loss_sum /
           static_cast<double>(batch.targets.size());
  };
  return fit(model.parameters(), loss, training_options(s));
}

}  // namespace prenorm::papers::no_shortcuts
