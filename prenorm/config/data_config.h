// [data], [tokenizer] and [batch]: which text, cut how.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "prenorm/base/describe.h"

namespace prenorm {

enum class BadPairRule : std::uint8_t { kDrop, kRefuse };
enum class TokenizerKind : std::uint8_t { kBpe, kUnigram };

template <>
struct EnumNames<BadPairRule> {
  static constexpr std::array<std::pair<BadPairRule, std::string_view>, 2> values{
      {{BadPairRule::kDrop, "drop"}, {BadPairRule::kRefuse, "refuse"}}};
};
template <>
struct EnumNames<TokenizerKind> {
  static constexpr std::array<std::pair<TokenizerKind, std::string_view>, 2> values{
      {{TokenizerKind::kBpe, "bpe"}, {TokenizerKind::kUnigram, "unigram"}}};
};

struct DataConfig {
  std::string train_source;
  std::string train_target;
  std::string valid_source;
  std::string valid_target;
  BadPairRule empty_side = BadPairRule::kDrop;
  BadPairRule too_long = BadPairRule::kDrop;
  BadPairRule invalid_utf8 = BadPairRule::kRefuse;
  std::int64_t max_source_tokens = 256;
  std::int64_t max_target_tokens = 256;
  std::string prepared_dir;
};

template <class V>
void describe(V& v, DataConfig& c) {
  v.field("train_source", c.train_source, "training text to translate from, one sentence a line, plain or gzip");
  v.field("train_target", c.train_target, "its translation, line by line");
  v.field("valid_source", c.valid_source, "validation text to translate from");
  v.field("valid_target", c.valid_target, "its translation");
  v.field("empty_side", c.empty_side, "a training pair with an empty side: drop it and count, or refuse the corpus");
  v.field("too_long", c.too_long, "a training pair over the token limits: drop it and count, or refuse the corpus");
  v.field("invalid_utf8", c.invalid_utf8, "a line that is not UTF-8: drop its pair and count, or refuse the corpus");
  v.field("max_source_tokens", c.max_source_tokens, Range{1, 1048576}, "longest source sentence in tokens");
  v.field("max_target_tokens", c.max_target_tokens, Range{1, 1048576}, "longest target sentence in tokens");
  v.field("prepared_dir", c.prepared_dir, "where prepared corpora are kept; empty = `prepared` beside the run folder");
}

struct TokenizerConfig {
  TokenizerKind kind = TokenizerKind::kBpe;
  std::int64_t vocab_size = 8000;
  bool joint = true;
  std::string source_model;
  std::string target_model;
  double character_coverage = 1.0;
  std::int64_t max_training_lines = 1'000'000;
};

template <class V>
void describe(V& v, TokenizerConfig& c) {
  v.field("kind", c.kind, "subword algorithm of SentencePiece");
  v.field("vocab_size", c.vocab_size, Range{8, 1'000'000}, "pieces in the vocabulary (in each, if not joint)");
  v.field("joint", c.joint, "one vocabulary for both sides");
  v.field("source_model", c.source_model, "a SentencePiece model to use; empty = train one on the training text");
  v.field("target_model", c.target_model, "the same for the target side; empty with source_model and joint = that one");
  v.field("character_coverage", c.character_coverage, Range{0.9, 1}, "share of characters the vocabulary covers");
  v.field("max_training_lines", c.max_training_lines, Range{1, 1e9}, "lines of each side sampled to train it");
}

struct BatchConfig {
  std::int64_t max_tokens = 4096;
  std::int64_t max_sentences = 0;
  std::int64_t accumulate = 1;
  std::int64_t pool_batches = 100;
};

template <class V>
void describe(V& v, BatchConfig& c) {
  v.field("max_tokens", c.max_tokens, Range{1, 1e9}, "target tokens a batch, end of sentence counted");
  v.field("max_sentences", c.max_sentences, Range{0, 1e9}, "sentence pairs a batch; 0 = no limit");
  v.field("accumulate", c.accumulate, Range{1, 1e6}, "batches whose gradients are added up for one update");
  v.field("pool_batches", c.pool_batches, Range{1, 1e6}, "batches that are drawn, then sorted by length, together");
}

}  // namespace prenorm
