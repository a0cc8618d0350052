// Source of batches for a task on single texts.
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

  // The same batches each time; empty if there is no validation text.
  virtual const std::vector<batches::TextBatch>& validation() const = 0;
  // Bytes of the whole text, including line ends and the first token, which is not predicted; 0 if they are not
  // counted.
  virtual std::int64_t validation_bytes() const = 0;
};

}  // namespace prenorm::tasks
