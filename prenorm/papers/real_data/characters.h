// A text as characters, from which models of language are trained.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/batches/text_batch.h"

namespace prenorm::papers::real_data {

inline constexpr std::string_view kTextFile = "lm/reviews_speeches.train.txt.gz";

class Characters {
 public:
  // The first `bytes` bytes of the lines, each ended by a line feed. Every byte that occurs has an id.
  // Errors: UsageError if there are fewer than two bytes.
  Characters(const std::vector<std::string>& lines, std::int64_t bytes);

  std::int64_t vocabulary() const { return vocabulary_; }
  std::int64_t size() const { return std::ssize(ids_); }
  // The loss, in nats per character, of a model that knows the frequencies of characters alone.
  double unigram_nats() const;
  // `sequences` windows at random places, each with its next characters as targets; the arguments alone decide them.
  // tokens < size().
  batches::TextBatch batch(std::int64_t sequences, std::int64_t tokens, std::uint64_t seed, std::int64_t update) const;

 private:
  std::vector<std::int64_t> ids_;
  std::int64_t vocabulary_ = 0;
};

// The first 2 MB of kTextFile. Errors: FileError, DataError.
Characters read_characters();

}  // namespace prenorm::papers::real_data
