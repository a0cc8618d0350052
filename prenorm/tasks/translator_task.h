// The common part of all tasks that train a translator: batches of sentence pairs, cut into shares, and the replicas of
// the model that compute their losses.
#pragma once

#include <cmath>

#include "prenorm/batches/batch.h"
#include "prenorm/models/translator.h"
#include "prenorm/models/translator_cost.h"
#include "prenorm/tasks/model_task.h"

namespace prenorm::tasks {

class TranslatorTask : public ModelTask<models::Translator> {
 public:
  TranslatorTask(const Config& config, std::int64_t source_vocabulary, std::int64_t target_vocabulary);

  virtual batches::Batch batch(std::int64_t epoch, std::int64_t index) = 0;

  updates::LoadedBatch load(std::int64_t epoch, std::int64_t index, const updates::Sharing& sharing) override;
  double guess_nats() const override { return std::log(static_cast<double>(model().target_vocabulary())); }

 protected:
  // Sets the weights whose initial values depend on data. The constructor of a task calls it once it has batches.
  void start_from_data();

 private:
  updates::BatchLoss loss(const batches::Batch& share, std::int64_t replica, const nn::Context& context);

  ModelConfig config_;
  double label_smoothing_;
  models::TranslatorPasses passes_;
};

}  // namespace prenorm::tasks
