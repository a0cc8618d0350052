// Sequences of random tokens, for benchmarks: as much work as real text, but no files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prenorm/base/random.h"
#include "prenorm/config/config.h"
#include "prenorm/tasks/text_batches.h"

namespace prenorm::tasks {

// Draws an id from [0, vocabulary). Higher ids are rarer, as words are in text (Zipf): id i has probability of about
// 1/((i + 1) ln vocabulary).
std::int64_t random_id(RandomStream& random, std::int64_t vocabulary);

// Sequences of data.sequence_length ids below tokenizer.vocab_size, with the targets of config.task.
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
