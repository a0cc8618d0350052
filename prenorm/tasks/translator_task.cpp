#include "prenorm/tasks/translator_task.h"

#include <memory>
#include <utility>
#include <vector>

#include "prenorm/models/admin.h"
#include "prenorm/models/translator_cost.h"

namespace prenorm::tasks {

TranslatorTask::TranslatorTask(const Config& config, std::int64_t source_vocabulary, std::int64_t target_vocabulary)
    : ModelTask(std::make_unique<models::Translator>(config.model, source_vocabulary, target_vocabulary,
                                                     static_cast<std::uint64_t>(config.train.seed),
                                                     model_options(config))),
      config_(config.model),
      label_smoothing_(config.train.label_smoothing),
      passes_{models::training_passes(parameters(), config.model, Stack::kEncoder),
              models::training_passes(parameters(), config.model, Stack::kDecoder)} {}

void TranslatorTask::start_from_data() {
  if (!models::starts_from_data(config_)) return;
  const batches::Batch first = batch(0, 0);
  models::set_admin_scales(parameters(), [&](const nn::Context& context) {
    model().decode(first.target_input, model().encode(first.source, context), context);
  });
}

updates::LoadedBatch TranslatorTask::load(std::int64_t epoch, std::int64_t index, const updates::Sharing& sharing) {
  const batches::Batch whole = batch(epoch, index);
  auto shares = std::make_shared<const std::vector<batches::Batch>>(
      batches::share_out(whole, sharing.shares(whole.target_tokens())));
  const std::int64_t count = std::ssize(*shares);
  return {count, [this, shares = std::move(shares)](auto share, auto replica, const nn::Context& context) {
            return loss((*shares)[static_cast<std::size_t>(share)], replica, context);
          }};
}

updates::BatchLoss TranslatorTask::loss(const batches::Batch& batch, std::int64_t replica, const nn::Context& context) {
  const auto sums = at(replica).loss(batch, label_smoothing_, context);
  return {sums.loss_sum,
          sums.nll_sum.item<double>(),
          batch.target_tokens(),
          batch.source_tokens(),
          models::training_flops(config_, model().target_vocabulary(), batch, passes_),
          batch.sequences()};
}

}  // namespace prenorm::tasks
