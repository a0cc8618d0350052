// Classification and regression of texts and pairs of texts with BERT (Devlin et al. 2019, section 4.1).
#pragma once

#include <cmath>
#include <memory>

#include "prenorm/data/example_format.h"
#include "prenorm/models/bert.h"
#include "prenorm/models/training_passes.h"
#include "prenorm/tasks/answers.h"
#include "prenorm/tasks/text_task.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::tasks {

// A target token is the label of an example. For numeric labels, the loss is the squared error, and what is called nats
// elsewhere is the label's unit squared.
class ClassificationTask : public TextTask<models::Bert> {
 public:
  ClassificationTask(const Config& config, std::int64_t vocabulary, data::ExampleFormat format,
                     std::unique_ptr<TextBatches> batches);

  // Defines which output belongs to which class.
  const data::ExampleFormat& format() const { return format_; }

  double guess_nats() const override {
    return format_.has_classes() ? std::log(static_cast<double>(format_.outputs())) : 0;
  }
  // Also sets the scores of the format.
  runs::Validation validate(bool with_output) override;
  // Writes labels.json: the names of columns and classes.
  void write_files(const runs::RunFolder& folder) const override;

 protected:
  updates::BatchLoss loss(const batches::TextBatch& share, const BatchSize& whole, std::int64_t replica,
                          const nn::Context& context) override;

 private:
  ops::CrossEntropySums loss_of(const models::Bert& bert, const at::Tensor& states, const batches::TextBatch& batch,
                                const nn::Context& context) const;

  data::ExampleFormat format_;
  models::TrainingPasses passes_;
};

// Reads the tables of the configuration and builds the model. Errors: those of data::read_table(), data::format_of()
// and batches::make_examples().
std::unique_ptr<ClassificationTask> classification_task(const Config& config, const text::Tokenizer& tokenizer);

// Appends the answers of a model. Its outputs are [examples, classes], or [examples, 1] for numbers.
void append_answers(Answers& answers, const at::Tensor& outputs, bool has_classes);

}  // namespace prenorm::tasks
