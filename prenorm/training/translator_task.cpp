#include "prenorm/training/translator_task.h"

#include "prenorm/models/admin.h"
#include "prenorm/models/translator_cost.h"

namespace prenorm::training {

TranslatorTask::TranslatorTask(const ModelConfig& config, std::int64_t source_vocabulary,
                               std::int64_t target_vocabulary, std::uint64_t seed, double label_smoothing)
    : config_(config), label_smoothing_(label_smoothing), model_(config, source_vocabulary, target_vocabulary, seed) {}

void TranslatorTask::start_from_data() {
  if (config_.norm_placement == NormPlacement::kAdmin) models::set_admin_scales(model_, batch(0, 0));
}

void TranslatorTask::set_replicas(std::int64_t count) {
  while (std::ssize(others_) + 1 < count) others_.push_back(model_.replica());
}

std::int64_t TranslatorTask::load(std::int64_t epoch, std::int64_t index, const Sharing& sharing) {
  const data::Batch whole = batch(epoch, index);
  shares_ = data::share_out(whole, sharing.shares(whole.target_tokens()));
  return std::ssize(shares_);
}

BatchLoss TranslatorTask::loss(std::int64_t share, std::int64_t replica, const nn::Context& context) {
  const data::Batch& batch = shares_[share];
  const auto sums = at(replica).loss(batch, label_smoothing_, context);
  return {sums.loss_sum, sums.nll_sum.item<double>(), batch.target_tokens(), batch.source_tokens(),
          models::training_flops(config_, model_.target_vocabulary(), batch)};
}

}  // namespace prenorm::training
