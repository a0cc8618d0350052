// What every task on single texts has in common: batches, cut into shares, and the replicas of the model that compute
// their losses.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/models/admin.h"
#include "prenorm/tasks/model_task.h"
#include "prenorm/tasks/text_batches.h"

namespace prenorm::tasks {

template <class Model>
class TextTask : public ModelTask<Model> {
 public:
  std::int64_t batches_in_epoch(std::int64_t epoch) override { return batches_->batches_in_epoch(epoch); }
  std::int64_t load(std::int64_t epoch, std::int64_t index, const updates::Sharing& sharing) override {
    const batches::TextBatch whole = batches_->batch(epoch, index);
    loaded_sequences_ = whole.sequences();
    loaded_targets_ = std::ssize(whole.targets);
    shares_ = batches::share_out(whole, sharing.shares(whole.tokens.tokens()));
    return std::ssize(shares_);
  }
  std::string data_key() const override { return batches_->data_key(); }
  std::string origin(std::int64_t epoch, std::int64_t index) override { return batches_->origin(epoch, index); }
  double unigram_nats() override { return batches_->unigram_nats(config_.train.label_smoothing); }
  bool has_validation() const override { return !batches_->validation().empty(); }

 protected:
  TextTask(const Config& config, std::unique_ptr<Model> model, std::unique_ptr<TextBatches> batches)
      : ModelTask<Model>(std::move(model)), config_(config), batches_(std::move(batches)) {
    if (!models::starts_from_data(config.model)) return;
    const batches::TextBatch first = batches_->batch(0, 0);
    models::set_admin_scales(this->parameters(),
                             [&](const nn::Context& context) { this->model().states(first, context); });
  }

  const Config& config() const { return config_; }
  const TextBatches& batches() const { return *batches_; }
  const batches::TextBatch& share(std::int64_t i) const { return shares_[i]; }
  // Of the whole batch that is loaded.
  std::int64_t loaded_sequences() const { return loaded_sequences_; }
  std::int64_t loaded_targets() const { return loaded_targets_; }

 private:
  Config config_;
  std::unique_ptr<TextBatches> batches_;
  std::vector<batches::TextBatch> shares_;
  std::int64_t loaded_sequences_ = 0, loaded_targets_ = 0;
};

}  // namespace prenorm::tasks
