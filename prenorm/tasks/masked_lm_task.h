// BERT pre-training (Devlin et al. 2019, section 3.1): masked tokens, and whether one text follows another.
#pragma once

#include <cmath>
#include <memory>

#include "prenorm/models/bert.h"
#include "prenorm/models/training_passes.h"
#include "prenorm/tasks/text_task.h"

namespace prenorm::tasks {

// The target tokens are the masked ones. With the next-sentence objective, the loss is the sum of the paper: the mean
// loss of masked tokens plus the mean loss of sequences, each over the whole batch. Accumulated batches are weighted by
// their masked tokens. nll is that of masked tokens alone.
class MaskedLmTask : public TextTask<models::Bert> {
 public:
  MaskedLmTask(const Config& config, std::int64_t vocabulary, std::unique_ptr<TextBatches> batches);

  double guess_nats() const override { return std::log(static_cast<double>(model().vocabulary())); }
  // Also sets `next_sentence_accuracy`, the share of sequences whose next sentence is classified correctly.
  runs::Validation validate(bool with_output) override;

 protected:
  updates::BatchLoss loss(const batches::TextBatch& share, const BatchSize& whole, std::int64_t replica,
                          const nn::Context& context) override;

 private:
  models::TrainingPasses passes_;
};

}  // namespace prenorm::tasks
