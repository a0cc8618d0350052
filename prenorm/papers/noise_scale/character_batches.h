// Batches of windows of a text at random places, without end. Window i is the same whatever the size of the batches.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prenorm/papers/real_data/characters.h"
#include "prenorm/tasks/text_batches.h"

namespace prenorm::papers::noise_scale {

class CharacterBatches : public tasks::TextBatches {
 public:
  // Keeps a reference to the text. Batches have `sequences` windows of `tokens` characters.
  CharacterBatches(const real_data::Characters& text, std::uint64_t seed, std::int64_t sequences, std::int64_t tokens)
      : text_(text), seed_(seed), sequences_(sequences), tokens_(tokens) {}

  std::int64_t batches_in_epoch(std::int64_t) override { return std::int64_t{1} << 40; }
  batches::TextBatch batch(std::int64_t epoch, std::int64_t index) override;
  std::string data_key() const override { return {}; }
  std::string origin(std::int64_t, std::int64_t index) override { return "windows of batch " + std::to_string(index); }
  double unigram_nats(double) override { return text_.unigram_nats(); }
  const std::vector<batches::TextBatch>& validation() const override { return none_; }
  std::int64_t validation_bytes() const override { return 0; }

 private:
  const real_data::Characters& text_;
  std::uint64_t seed_;
  std::int64_t sequences_, tokens_;
  std::vector<batches::TextBatch> none_;
};

}  // namespace prenorm::papers::noise_scale
