// Causal language modelling: predicts each token from those before it.
#pragma once

#include <cmath>
#include <memory>

#include "prenorm/models/causal_lm.h"
#include "prenorm/models/training_passes.h"
#include "prenorm/tasks/text_task.h"

namespace prenorm::tasks {

class CausalLmTask : public TextTask<models::CausalLm> {
 public:
  CausalLmTask(const Config& config, std::int64_t vocabulary, std::unique_ptr<TextBatches> batches);

  double guess_nats() const override { return std::log(static_cast<double>(model().vocabulary())); }
  // Also sets the bits per byte of the text, without label smoothing.
  runs::Validation validate(bool with_output) override;

 protected:
  updates::BatchLoss loss(const batches::TextBatch& share, const BatchSize& whole, std::int64_t replica,
                          const nn::Context& context) override;

 private:
  models::TrainingPasses passes_;
};

}  // namespace prenorm::tasks
