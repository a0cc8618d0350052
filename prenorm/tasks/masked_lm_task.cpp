#include "prenorm/tasks/masked_lm_task.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "prenorm/models/id_tensor.h"
#include "prenorm/models/text_cost.h"
#include "prenorm/tasks/validation_sums.h"

namespace prenorm::tasks {

MaskedLmTask::MaskedLmTask(const Config& config, std::int64_t vocabulary, std::unique_ptr<TextBatches> batches)
    : TextTask(config,
               std::make_unique<models::Bert>(
                   config.model, vocabulary,
                   models::BertHeads{.masked_lm = true, .next_sentence = config.masked_lm.next_sentence},
                   static_cast<std::uint64_t>(config.train.seed), model_options(config)),
               std::move(batches)),
      passes_(models::training_passes(parameters(), config.model, Stack::kEncoder)) {}

updates::BatchLoss MaskedLmTask::loss(const batches::TextBatch& batch, const BatchSize& whole, std::int64_t replica,
                                      const nn::Context& context) {
  const models::Bert& bert = at(replica);
  const at::Tensor states = bert.states(batch, context);
  const auto masked = bert.masked_lm_loss(states, batch, config().train.label_smoothing);
  at::Tensor loss = masked.loss_sum;
  if (config().masked_lm.next_sentence) {
    // The trainer divides the sum by the number of target tokens.
    const double weight = static_cast<double>(whole.targets) / static_cast<double>(whole.sequences);
    loss = loss + weight * bert.next_sentence_loss(states, batch).loss_sum;
  }
  return {loss,
          masked.nll_sum.item<double>(),
          std::ssize(batch.targets),
          batch.tokens.tokens(),
          models::masked_lm_flops(config().model, bert.vocabulary(), batch, passes_),
          config().masked_lm.next_sentence ? batch.sequences() : batch.sequences_with_predictions()};
}

runs::Validation MaskedLmTask::validate(bool) {
  const at::NoGradGuard no_grad;
  ValidationSums sums;
  double next_sentence_nats = 0;
  std::int64_t sequences = 0, right = 0;
  for (const batches::TextBatch& batch : batches().validation()) {
    const at::Tensor states = model().states(batch, nn::Context{});
    sums.add(model().masked_lm_loss(states, batch, config().train.label_smoothing), std::ssize(batch.targets));
    if (!config().masked_lm.next_sentence) continue;
    next_sentence_nats += model().next_sentence_loss(states, batch).loss_sum.item<double>();
    const at::Tensor told = model().next_sentence_logits(states, batch).argmax(1);
    right += (told == models::id_tensor(batch.labels)).sum().item<std::int64_t>();
    sequences += batch.sequences();
  }
  runs::Validation result = sums.means();
  if (sequences > 0) {
    result.loss_nats_per_token += next_sentence_nats / static_cast<double>(sequences);
    result.scores.emplace_back("next_sentence_accuracy", static_cast<double>(right) / static_cast<double>(sequences));
  }
  return result;
}

}  // namespace prenorm::tasks
