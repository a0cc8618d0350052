// The common part of all tasks on single texts: batches, cut into shares, and the replicas of the model that compute
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

// The size of a batch before it is cut into shares.
struct BatchSize {
  std::int64_t sequences = 0, targets = 0;
};

template <class Model>
class TextTask : public ModelTask<Model> {
 public:
  std::int64_t batches_in_epoch(std::int64_t epoch) override { return batches_->batches_in_epoch(epoch); }
  updates::LoadedBatch load(std::int64_t epoch, std::int64_t index, const updates::Sharing& sharing) override {
    const batches::TextBatch whole = batches_->batch(epoch, index);
    const BatchSize size{whole.sequences(), std::ssize(whole.targets)};
    auto shares = std::make_shared<const std::vector<batches::TextBatch>>(
        batches::share_out(whole, sharing.shares(whole.tokens.tokens())));
    const std::int64_t count = std::ssize(*shares);
    return {count, [this, size, shares = std::move(shares)](auto share, auto replica, const nn::Context& context) {
              return loss((*shares)[static_cast<std::size_t>(share)], size, replica, context);
            }};
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

  // The loss of a share of a batch whose size is `whole`.
  virtual updates::BatchLoss loss(const batches::TextBatch& share, const BatchSize& whole, std::int64_t replica,
                                  const nn::Context& context) = 0;

  const Config& config() const { return config_; }
  const TextBatches& batches() const { return *batches_; }

 private:
  Config config_;
  std::unique_ptr<TextBatches> batches_;
};

}  // namespace prenorm::tasks
