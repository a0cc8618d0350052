// What every task that trains a translator has in common: batches of sentence pairs, cut into shares, and the replicas
// of the model that compute their losses.
#pragma once

#include <memory>
#include <vector>

#include "prenorm/data/batch.h"
#include "prenorm/models/translator.h"
#include "prenorm/training/task.h"

namespace prenorm::training {

class TranslatorTask : public Task {
 public:
  TranslatorTask(const ModelConfig& config, std::int64_t source_vocabulary, std::int64_t target_vocabulary,
                 std::uint64_t seed, double label_smoothing);

  const models::Translator& model() const { return model_; }
  virtual data::Batch batch(std::int64_t epoch, std::int64_t index) = 0;

  nn::Parameters& parameters() override { return model_.parameters(); }
  void set_replicas(std::int64_t count) override;
  nn::Parameters& parameters(std::int64_t replica) override { return at(replica).parameters(); }
  std::int64_t load(std::int64_t epoch, std::int64_t index, const Sharing& sharing) override;
  BatchLoss loss(std::int64_t share, std::int64_t replica, const nn::Context& context) override;

 protected:
  // Sets the weights that start from data: for the constructor of a task, as soon as it has batches.
  void start_from_data();

 private:
  models::Translator& at(std::int64_t replica) { return replica == 0 ? model_ : *others_[replica - 1]; }

  ModelConfig config_;
  double label_smoothing_;
  models::Translator model_;
  std::vector<std::unique_ptr<models::Translator>> others_;  // from replica 1
  std::vector<data::Batch> shares_;
};

}  // namespace prenorm::training
