// Text that comes token by token: whole characters, each once, and an end at the first stop text.
#include "prenorm/decoding/text_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/files/line_reader.h"
#include "text/sample_text.h"

namespace prenorm::decoding {
namespace {

using test::line_source;
using test::sample_lines;
using ::testing::ElementsAre;
using Words = std::vector<std::string>;

text::Tokenizer tokenizer_of(TokenizerKind kind) {
  TokenizerConfig config;
  config.kind = kind;
  config.vocab_size = 310;
  return text::train_tokenizer(line_source(sample_lines()), config, "the text", {.newline = true});
}
std::vector<text::Tokenizer> all_tokenizers() {
  return {tokenizer_of(TokenizerKind::kByte), tokenizer_of(TokenizerKind::kCharacter),
          tokenizer_of(TokenizerKind::kBpe), tokenizer_of(TokenizerKind::kUnigram)};
}

// One piece a token, and what is left at the end.
Words pieces(const text::Tokenizer& tokenizer, const std::vector<std::int32_t>& ids,
             std::span<const std::int32_t> before = {}) {
  TextStream stream(tokenizer, before);
  Words pieces;
  for (const std::int32_t id : ids) pieces.push_back(stream.push(id));
  pieces.push_back(stream.finish());
  return pieces;
}
std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += word;
  return text;
}

TEST(TextStream, BytesOfACharacterWaitForTheRest) {
  const text::Tokenizer bytes = tokenizer_of(TokenizerKind::kByte);
  EXPECT_THAT(pieces(bytes, bytes.encode_text("aä€😀b")),
              ElementsAre("a", "", "ä", "", "", "€", "", "", "", "😀", "b", ""));
  // SentencePiece has pieces for bytes of characters that it does not know.
  for (const TokenizerKind kind : {TokenizerKind::kBpe, TokenizerKind::kUnigram}) {
    const text::Tokenizer tokenizer = tokenizer_of(kind);
    const Words all = pieces(tokenizer, tokenizer.encode_text("a€😀b"));
    EXPECT_EQ(joined(all), "a€😀b");
    EXPECT_GE(all.size(), 8U) << "byte by byte";
    for (const std::string& piece : all) EXPECT_EQ(piece.find("\uFFFD"), std::string::npos) << piece;
  }
}

TEST(TextStream, WhatNeverBecomesACharacterComesInTheEnd) {
  const text::Tokenizer bytes = tokenizer_of(TokenizerKind::kByte);
  EXPECT_THAT(pieces(bytes, bytes.encode("\xE2\x82")), ElementsAre("", "", "\uFFFD\uFFFD"));
  EXPECT_THAT(pieces(bytes, bytes.encode("\xE2\x82z")), ElementsAre("", "", "\uFFFD\uFFFDz", ""));
  EXPECT_THAT(pieces(bytes, bytes.encode("\x80")), ElementsAre("\uFFFD", "")) << "begins no character";
  const text::Tokenizer bpe = tokenizer_of(TokenizerKind::kBpe);
  std::vector<std::int32_t> ids = bpe.encode("€");
  ids.pop_back();
  EXPECT_EQ(joined(pieces(bpe, ids)), bpe.decode(ids));
  EXPECT_NE(bpe.decode(ids).find("\uFFFD"), std::string::npos);
}

// Random tokens are the hardest text: blanks, newlines, control pieces and broken characters in any order.
TEST(TextStream, PiecesTogetherAreTheTextOfAllTokens) {
  for (const text::Tokenizer& tokenizer : all_tokenizers()) {
    RandomStream random(3);
    for (int trial = 0; trial < 20; ++trial) {
      std::vector<std::int32_t> ids;
      for (int i = 0; i < 200; ++i)
        ids.push_back(static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(tokenizer.size()))));
      EXPECT_EQ(joined(pieces(tokenizer, ids)), tokenizer.decode(ids));
    }
  }
}

// What a model may repeat without an end: the window must not grow with it.
TEST(TextStream, ALongRunOfOneTokenTakesNoTime) {
  for (const text::Tokenizer& tokenizer : all_tokenizers()) {
    std::vector<std::int32_t> repeated{tokenizer.eos_id(), tokenizer.bos_id(), tokenizer.unk_id(),
                                       tokenizer.newline_id()};
    for (const char* text : {" ", "\xE2", "€"}) {
      const auto ids = tokenizer.encode_text(text);
      repeated.insert(repeated.end(), ids.begin(), ids.end());
    }
    for (const std::int32_t id : repeated) {
      if (id < 0) continue;
      for (const char* begin : {"", "a cat"}) {
        std::vector<std::int32_t> ids = tokenizer.encode_text(begin);
        ids.resize(ids.size() + 300, id);
        const auto rest = tokenizer.encode_text(" a dog");
        ids.insert(ids.end(), rest.begin(), rest.end());
        EXPECT_EQ(joined(pieces(tokenizer, ids)), tokenizer.decode(ids)) << id << " after " << begin;
      }
    }
  }
  for (const TokenizerKind kind : {TokenizerKind::kCharacter, TokenizerKind::kBpe}) {
    const text::Tokenizer tokenizer = tokenizer_of(kind);
    const std::vector<std::int32_t> ids(100'000, tokenizer.unk_id());
    EXPECT_EQ(joined(pieces(tokenizer, ids)), tokenizer.decode(ids));
  }
}

TEST(TextStream, GoesOnFromWhatStoodBefore) {
  std::string before;
  for (int i = 0; i < 40; ++i) before += "the cat sat\non the mat ";
  for (const text::Tokenizer& tokenizer : all_tokenizers())
    for (const std::string& prompt : {before, std::string("the"), std::string("the\n"), std::string(" ")}) {
      const std::vector<std::int32_t> first = tokenizer.encode_text(prompt);
      const std::vector<std::int32_t> rest = tokenizer.encode_text(" dog ran\n und der  Hund");
      std::vector<std::int32_t> all = first;
      all.insert(all.end(), rest.begin(), rest.end());
      EXPECT_EQ(tokenizer.decode(first) + joined(pieces(tokenizer, rest, first)), tokenizer.decode(all));
    }
}

struct Filtered {
  std::string text;
  bool stopped;
  bool operator==(const Filtered&) const = default;
};
void PrintTo(const Filtered& f, std::ostream* out) { *out << '"' << f.text << "\" " << f.stopped; }

Filtered filtered(const Words& stops, const Words& pieces) {
  StopFilter filter(stops);
  std::string text;
  for (const std::string& piece : pieces) text += filter.push(piece);
  text += filter.finish();
  return {text, filter.stopped()};
}

TEST(StopFilter, EndsBeforeAStopTextWhereverItIsCut) {
  const Words stops{"abcab", "c", "xyz", "yz"};
  const std::pair<std::string, Filtered> texts[] = {
      {"no stop", {"no stop", false}}, {"", {"", false}},     {"abab", {"abab", false}},
      {"ababcab", {"abab", true}},     {"c", {"", true}},     {"wxyzw", {"w", true}},
      {"wwyzc", {"ww", true}},         {"xy", {"xy", false}}, {"xyxyxyz", {"xyxy", true}},
  };
  for (const auto& [text, expected] : texts) {
    EXPECT_EQ(filtered(stops, {text}), expected) << text;
    Words letters;
    for (const char c : text) letters.emplace_back(1, c);
    EXPECT_EQ(filtered(stops, letters), expected) << text;
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      EXPECT_EQ(filtered(stops, {text.substr(0, cut), text.substr(cut)}), expected) << text << " at " << cut;
    }
  }
}

TEST(StopFilter, HoldsBackNoMoreThanMayBeABegin) {
  StopFilter filter({"\n\n", "END"});
  EXPECT_EQ(filter.push("one\n"), "one");
  EXPECT_EQ(filter.push("two E"), "\ntwo ");
  EXPECT_EQ(filter.push("N"), "");
  EXPECT_EQ(filter.push("d"), "ENd");
  EXPECT_EQ(filter.push("\n"), "");
  EXPECT_EQ(filter.push("\nmore"), "");
  EXPECT_TRUE(filter.stopped());
  EXPECT_EQ(filter.push("more"), "");
  EXPECT_EQ(filter.finish(), "");
}

TEST(StopFilter, WithoutStopTextsPassesAll) {
  EXPECT_EQ(filtered({}, {"a", "", "b"}), (Filtered{"ab", false}));
  EXPECT_THROW(StopFilter({"a", ""}), UsageError);
}

}  // namespace
}  // namespace prenorm::decoding
