// Tokenizes a text on several threads, in its order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "prenorm/data/parallel_text.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::data {

struct EncodedPair {
  std::vector<std::int32_t> source;
  std::vector<std::int32_t> target;
  std::int64_t line = 0;
};

class PairEncoder {
 public:
  // threads = 0: one for each core.
  PairEncoder(const text::Tokenizer& source, const text::Tokenizer& target, int threads);

  // Reads and tokenizes the next few thousand pairs; false when there are none left.
  bool read(ParallelText& text);
  std::span<const EncodedPair> pairs() const { return encoded_; }

 private:
  void encode_all();

  text::Tokenizer source_;
  text::Tokenizer target_;
  std::size_t threads_;
  std::vector<TextPair> texts_;
  std::vector<EncodedPair> encoded_;
};

}  // namespace prenorm::data
