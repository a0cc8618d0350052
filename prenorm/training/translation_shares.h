// A batch of sentence pairs in shares, and the replicas of the translator that compute their losses: what every task
// that trains a translator has in common.
#pragma once

#include <memory>
#include <vector>

#include "prenorm/data/batch.h"
#include "prenorm/models/translator.h"
#include "prenorm/training/task.h"

namespace prenorm::training {

class TranslationShares {
 public:
  TranslationShares(const ModelConfig& config, std::int64_t source_vocabulary, std::int64_t target_vocabulary,
                    std::uint64_t seed, double label_smoothing);

  const models::Translator& model() const { return model_; }
  nn::Parameters& parameters(std::int64_t replica) { return at(replica).parameters(); }
  void set_replicas(std::int64_t count);
  std::int64_t load(const data::Batch& batch, const Sharing& sharing);
  BatchLoss loss(std::int64_t share, std::int64_t replica, const nn::Context& context);

 private:
  models::Translator& at(std::int64_t replica) { return replica == 0 ? model_ : *others_[replica - 1]; }

  ModelConfig config_;
  double label_smoothing_;
  models::Translator model_;
  std::vector<std::unique_ptr<models::Translator>> others_;  // from replica 1
  std::vector<data::Batch> shares_;
};

}  // namespace prenorm::training
