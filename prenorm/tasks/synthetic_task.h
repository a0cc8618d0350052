// Random sentence pairs of given lengths, for benchmarks: as much work as real ones, but no files.
#pragma once

#include <cstdint>
#include <string>

#include "prenorm/config/config.h"
#include "prenorm/tasks/translator_task.h"

namespace prenorm::tasks {

struct SyntheticLengths {
  // Tokens per sentence, including end of sentence; 0 = from 2 to 60 with mean 15, as in a corpus of captions.
  std::int64_t source = 0, target = 0;
};

class SyntheticTask : public TranslatorTask {
 public:
  // The vocabularies have tokenizer.vocab_size tokens, the batches about batch.max_tokens target tokens.
  SyntheticTask(const Config& config, const SyntheticLengths& lengths);

  batches::Batch batch(std::int64_t epoch, std::int64_t index) override;

  std::int64_t batches_in_epoch(std::int64_t) override { return std::int64_t{1} << 40; }
  std::string data_key() const override { return "synthetic"; }
  std::string origin(std::int64_t, std::int64_t) override { return "synthetic sentences"; }
  bool has_validation() const override { return false; }
  runs::Validation validate(bool) override { return {}; }

 private:
  BatchConfig batch_;
  SyntheticLengths lengths_;
  std::int64_t vocabulary_;
  std::uint64_t seed_;
};

}  // namespace prenorm::tasks
