// Batches of the examples of two tables (data.train_table, data.valid_table).
#pragma once

#include <string>
#include <vector>

#include "prenorm/batches/example_batcher.h"
#include "prenorm/batches/examples.h"
#include "prenorm/config/config.h"
#include "prenorm/tasks/text_batches.h"

namespace prenorm::tasks {

class ExampleBatches : public TextBatches {
 public:
  // `validation` may be empty.
  ExampleBatches(const Config& config, const data::ExampleFormat& format, batches::Examples training,
                 const batches::Examples& validation);
  // The batcher refers to the member with the examples.
  ExampleBatches(const ExampleBatches&) = delete;
  ExampleBatches& operator=(const ExampleBatches&) = delete;

  std::int64_t batches_in_epoch(std::int64_t epoch) override { return batcher_.batches_in_epoch(epoch); }
  batches::TextBatch batch(std::int64_t epoch, std::int64_t index) override;
  std::string data_key() const override;
  std::string origin(std::int64_t epoch, std::int64_t index) override;
  // See batches::guessing_loss().
  double unigram_nats(double label_smoothing) override;
  const std::vector<batches::TextBatch>& validation() const override { return validation_; }
  std::int64_t validation_bytes() const override { return 0; }

 private:
  std::int64_t segments_;
  data::ExampleFormat format_;
  batches::Examples training_;
  batches::ExampleBatcher batcher_;
  std::vector<batches::TextBatch> validation_;
};

}  // namespace prenorm::tasks
