#include "prenorm/tasks/causal_lm_task.h"

#include <ATen/core/grad_mode.h>

#include <numbers>

#include "prenorm/models/text_cost.h"
#include "prenorm/tasks/validation_sums.h"

namespace prenorm::tasks {

CausalLmTask::CausalLmTask(const Config& config, std::int64_t vocabulary, std::unique_ptr<TextBatches> batches)
    : TextTask(config,
               std::make_unique<models::CausalLm>(config.model, vocabulary,
                                                  static_cast<std::uint64_t>(config.train.seed), model_options(config)),
               std::move(batches)),
      passes_(models::training_passes(parameters(), config.model, Stack::kDecoder)) {}

updates::BatchLoss CausalLmTask::loss(const batches::TextBatch& batch, const BatchSize&, std::int64_t replica,
                                      const nn::Context& context) {
  const auto sums = at(replica).loss(batch, config().train.label_smoothing, context);
  return {sums.loss_sum,
          sums.nll_sum.item<double>(),
          std::ssize(batch.targets),
          batch.tokens.tokens(),
          models::causal_lm_flops(config().model, model().vocabulary(), batch, passes_),
          batch.sequences()};
}

runs::Validation CausalLmTask::validate(bool) {
  const at::NoGradGuard no_grad;
  ValidationSums sums;
  for (const batches::TextBatch& batch : batches().validation())
    sums.add(model().loss(batch, config().train.label_smoothing, nn::Context{}), std::ssize(batch.targets));
  runs::Validation result = sums.means();
  if (const std::int64_t bytes = batches().validation_bytes(); bytes > 0)
    result.bits_per_byte = sums.nll_nats() / std::numbers::ln2 / static_cast<double>(bytes);
  return result;
}

}  // namespace prenorm::tasks
