// Where the batches of a task on single texts come from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prenorm/batches/text_batch.h"

namespace prenorm::tasks {

class TextBatches {
 public:
  virtual ~TextBatches() = default;

  virtual std::int64_t batches_in_epoch(std::int64_t epoch) = 0;
  virtual batches::TextBatch batch(std::int64_t epoch, std::int64_t index) = 0;
  // See updates::Task.
  virtual std::string data_key() const = 0;
  virtual std::string origin(std::int64_t epoch, std::int64_t index) = 0;
  virtual double unigram_nats(double label_smoothing) = 0;

  // The same ones each time; none where there is no validation text.
  virtual const std::vector<batches::TextBatch>& validation() const = 0;
  // Of the whole text, line ends and the first token, which nothing predicts, included; 0 where they are not counted.
  virtual std::int64_t validation_bytes() const = 0;
};

}  // namespace prenorm::tasks
