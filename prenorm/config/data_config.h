// [data], [tokenizer] and [batch]: the text, and how it is split.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "prenorm/base/describe.h"

namespace prenorm {

enum class BadPairRule : std::uint8_t { kDrop, kRefuse };
enum class BrokenRowRule : std::uint8_t { kAuto, kDrop, kRefuse };
enum class TokenizerKind : std::uint8_t { kBpe, kUnigram, kCharacter, kByte };
enum class Documents : std::uint8_t { kBlankLines, kLines, kOne };
enum class LabelKind : std::uint8_t { kAuto, kClass, kNumber };

template <>
struct EnumNames<BadPairRule> {
  static constexpr std::array<std::pair<BadPairRule, std::string_view>, 2> values{
      {{BadPairRule::kDrop, "drop"}, {BadPairRule::kRefuse, "refuse"}}};
};
template <>
struct EnumNames<BrokenRowRule> {
  static constexpr std::array<std::pair<BrokenRowRule, std::string_view>, 3> values{
      {{BrokenRowRule::kAuto, "auto"}, {BrokenRowRule::kDrop, "drop"}, {BrokenRowRule::kRefuse, "refuse"}}};
};
template <>
struct EnumNames<TokenizerKind> {
  static constexpr std::array<std::pair<TokenizerKind, std::string_view>, 4> values{
      {{TokenizerKind::kBpe, "bpe"},
       {TokenizerKind::kUnigram, "unigram"},
       {TokenizerKind::kCharacter, "character"},
       {TokenizerKind::kByte, "byte"}}};
};
template <>
struct EnumNames<Documents> {
  static constexpr std::array<std::pair<Documents, std::string_view>, 3> values{
      {{Documents::kBlankLines, "blank_lines"}, {Documents::kLines, "lines"}, {Documents::kOne, "one"}}};
};
template <>
struct EnumNames<LabelKind> {
  static constexpr std::array<std::pair<LabelKind, std::string_view>, 3> values{
      {{LabelKind::kAuto, "auto"}, {LabelKind::kClass, "class"}, {LabelKind::kNumber, "number"}}};
};

struct DataConfig {
  std::string train_source;
  std::string train_target;
  std::string valid_source;
  std::string valid_target;
  std::string train_text;
  std::string valid_text;
  Documents documents = Documents::kBlankLines;
  std::int64_t sequence_length = 128;
  std::string train_table;
  std::string valid_table;
  std::string text_column;
  std::string second_text_column;
  std::string label_column;
  LabelKind label_kind = LabelKind::kAuto;
  BrokenRowRule broken_rows = BrokenRowRule::kAuto;
  BadPairRule empty_side = BadPairRule::kDrop;
  BadPairRule too_long = BadPairRule::kDrop;
  BadPairRule invalid_utf8 = BadPairRule::kRefuse;
  std::int64_t max_source_tokens = 256;
  std::int64_t max_target_tokens = 256;
  std::string prepared_dir;
};

template <class V>
void describe(V& v, DataConfig& c) {
  v.field("train_source", c.train_source, "source side of the training text, one sentence per line, plain or gzip");
  v.field("train_target", c.train_target, "target side of the training text, line by line");
  v.field("valid_source", c.valid_source, "source side of the validation text");
  v.field("valid_target", c.valid_target, "target side of the validation text");
  v.field("train_text", c.train_text, "masked_lm, causal_lm: training text, plain or gzip");
  v.field("valid_text", c.valid_text, "masked_lm, causal_lm: validation text");
  v.field("documents", c.documents,
          "masked_lm: how documents are separated: blank_lines; lines (one per line); one (the whole file)");
  v.field("sequence_length", c.sequence_length, Range{2, 1048576},
          "length of each sequence in tokens; classification: the maximum, longer examples are cut");
  v.field("train_table", c.train_table,
          "classification: training examples, tab-separated with a line of column names, as GLUE's");
  v.field("valid_table", c.valid_table, "classification: validation examples");
  v.field("text_column", c.text_column, "column of the text; empty = recognised by GLUE's names");
  v.field("second_text_column", c.second_text_column,
          "column of the second text of a pair; empty = recognised by GLUE's names, or none");
  v.field("label_column", c.label_column, "column of the label; empty = recognised by GLUE's names");
  v.field("label_kind", c.label_kind,
          "whether labels are classes or numbers (regression); auto = numbers in GLUE's STS-B only");
  v.field("broken_rows", c.broken_rows,
          "rows with the wrong number of columns: drop and count, or refuse the table; auto = drop in GLUE's QQP only");
  v.field("empty_side", c.empty_side, "training pairs with an empty side: drop and count, or refuse the corpus");
  v.field("too_long", c.too_long, "training pairs over the token limits: drop and count, or refuse the corpus");
  v.field("invalid_utf8", c.invalid_utf8,
          "lines that are not UTF-8: drop (with the other side of a pair) and count, or refuse the text");
  v.field("max_source_tokens", c.max_source_tokens, Range{1, 1048576}, "maximum length of a source sentence in tokens");
  v.field("max_target_tokens", c.max_target_tokens, Range{1, 1048576}, "maximum length of a target sentence in tokens");
  v.field("prepared_dir", c.prepared_dir, "folder for prepared corpora; empty = `prepared` next to the run folder");
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
  v.field("kind", c.kind, "what a token is: a subword of SentencePiece (bpe, unigram), a character or a byte");
  v.field("vocab_size", c.vocab_size, Range{8, 1'000'000},
          "size of the vocabulary (of each, if not joint); ignored for character and byte");
  v.field("joint", c.joint, "one vocabulary for both sides");
  v.field(
      "source_model", c.source_model,
      "existing tokenizer to use (SentencePiece, vocab.txt, tokenizer.json); empty = train one on the training text");
  v.field("target_model", c.target_model, "the same for the target side; leave empty if joint");
  v.field("character_coverage", c.character_coverage, Range{0.9, 1}, "share of characters the vocabulary covers");
  v.field("max_training_lines", c.max_training_lines, Range{1, 1e9},
          "lines of each side sampled to train the tokenizer");
}

// What decides how many of an update's batches are used.
enum class BatchFollow : std::uint8_t { kNothing, kNoiseScale };

template <>
struct EnumNames<BatchFollow> {
  static constexpr std::array<std::pair<BatchFollow, std::string_view>, 2> values{
      {{BatchFollow::kNothing, "nothing"}, {BatchFollow::kNoiseScale, "noise_scale"}}};
};

struct BatchConfig {
  std::int64_t max_tokens = 4096;
  std::int64_t max_sentences = 0;
  std::int64_t accumulate = 1;
  std::int64_t ramp_from = 0;
  std::int64_t ramp_tokens = 0;
  BatchFollow follow = BatchFollow::kNothing;
  std::int64_t pool_batches = 100;
};

template <class V>
void describe(V& v, BatchConfig& c) {
  v.field("max_tokens", c.max_tokens, Range{1, 1e9},
          "maximum tokens per batch; for translation, target tokens including end of sentence");
  v.field("max_sentences", c.max_sentences, Range{0, 1e9},
          "maximum sentence pairs, sequences or examples per batch; 0 = no limit");
  v.field("accumulate", c.accumulate, Range{1, 1e6}, "batches whose gradients are summed for one update");
  v.field("ramp_from", c.ramp_from, Range{0, 1e6},
          "of these, how many at first: the number then grows linearly with the tokens trained on; 0 = all at once");
  v.field("ramp_tokens", c.ramp_tokens, Range{0, 1e12}, "target tokens after which an update has all of its batches");
  v.field(
      "follow", c.follow,
      "nothing, or noise_scale: an update's batches grow from ramp_from to accumulate with the measured noise scale");
  v.field("pool_batches", c.pool_batches, Range{1, 1e6},
          "batches' worth of pairs that are shuffled, then sorted by length, together");
}

}  // namespace prenorm
