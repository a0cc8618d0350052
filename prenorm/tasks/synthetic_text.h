// Sequences of random tokens, for measuring: as much work as real text, and no files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prenorm/base/random.h"
#include "prenorm/config/config.h"
#include "prenorm/tasks/text_batches.h"

namespace prenorm::tasks {

// An id of [0, vocabulary), the rarer the higher, as words are in text (Zipf): about 1 / ((i + 1) ln vocabulary).
std::int64_t random_id(RandomStream& random, std::int64_t vocabulary);

// Sequences of data.sequence_length tokens out of tokenizer.vocab_size, with the targets that config.task has.
class SyntheticText : public TextBatches {
 public:
  explicit SyntheticText(const Config& config) : config_(config) {}

  std::int64_t batches_in_epoch(std::int64_t) override { return std::int64_t{1} << 40; }
  batches::TextBatch batch(std::int64_t epoch, std::int64_t index) override;
  std::string data_key() const override { return "synthetic"; }
  std::string origin(std::int64_t, std::int64_t) override { return "synthetic text"; }
  double unigram_nats(double) override { return 0; }
  const std::vector<batches::TextBatch>& validation() const override { return none_; }
  std::int64_t validation_bytes() const override { return 0; }

 private:
  Config config_;
  std::vector<batches::TextBatch> none_;
};

}  // namespace prenorm::tasks
