// Pieces for masked and causal language models in SentencePiece models.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/text/tokenizer.h"
#include "text/sample_text.h"

namespace prenorm::text {
namespace {

using test::line_source;
using test::sample_lines;
using test::sample_tokenizer;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

Tokenizer with_extra(TokenizerKind kind, std::int64_t vocab_size, ExtraPieces extra) {
  TokenizerConfig config;
  config.kind = kind;
  config.vocab_size = vocab_size;
  return train_tokenizer(line_source(sample_lines()), config, "the text", extra);
}

TEST(ExtraPieces, OtherModelsHaveNone) {
  EXPECT_EQ(sample_tokenizer().mask_id(), -1);
  EXPECT_EQ(sample_tokenizer().newline_id(), -1);
}

TEST(ExtraPieces, TheMaskIsNoText) {
  for (const TokenizerKind kind : {TokenizerKind::kBpe, TokenizerKind::kUnigram}) {
    const Tokenizer tokenizer = with_extra(kind, 49, {.mask = true});
    EXPECT_EQ(tokenizer.mask_id(), 3);
    EXPECT_EQ(tokenizer.newline_id(), -1);
    EXPECT_EQ(tokenizer.piece(3), "<mask>");
    EXPECT_THAT(tokenizer.encode("the <mask> sat <mask>"), Not(Contains(3)));
    const std::int32_t id = tokenizer.mask_id();
    EXPECT_EQ(tokenizer.decode({&id, 1}), "");
    for (const std::string& line : sample_lines()) EXPECT_EQ(tokenizer.decode(tokenizer.encode(line)), line);
    EXPECT_EQ(Tokenizer::from_serialized(tokenizer.serialized()).mask_id(), 3);
  }
}

// The pieces that the text gives are those of a model without the mask; their ids stand one higher.
TEST(ExtraPieces, TheMaskShiftsTheOtherIdsByOne) {
  const Tokenizer plain = sample_tokenizer(TokenizerKind::kBpe);
  const Tokenizer masked = with_extra(TokenizerKind::kBpe, 65, {.mask = true});
  for (const std::string& line : sample_lines()) {
    std::vector<std::int32_t> ids = plain.encode(line);
    for (std::int32_t& id : ids) ++id;
    EXPECT_EQ(masked.encode(line), ids);
  }
}

TEST(ExtraPieces, WordsStartAtBlanks) {
  const Tokenizer tokenizer = sample_tokenizer();
  std::vector<std::string> words{""};
  for (const std::int32_t id : tokenizer.encode("zwei Katzen und Quallen")) {
    if (tokenizer.starts_word(id)) words.emplace_back();
    words.back() += tokenizer.piece(id);
  }
  EXPECT_THAT(words, ElementsAre("", "\u2581zwei", "\u2581Katzen", "\u2581und", testing::StartsWith("\u2581")));
  for (const std::int32_t special : {0, 1, 2}) EXPECT_FALSE(tokenizer.starts_word(special));
  for (const std::int32_t id : {-1, 64}) {
    EXPECT_THAT([&] { tokenizer.starts_word(id); }, ThrowsMessage<DataError>(HasSubstr("outside the vocabulary")));
    EXPECT_THAT([&] { tokenizer.piece(id); }, ThrowsMessage<DataError>(HasSubstr(std::to_string(id))));
  }
}

TEST(ExtraPieces, TextWithNewlinesComesBackAsItWas) {
  for (const TokenizerKind kind : {TokenizerKind::kBpe, TokenizerKind::kUnigram}) {
    const Tokenizer tokenizer = with_extra(kind, 305, {.newline = true});
    const std::int32_t newline = tokenizer.newline_id();
    EXPECT_EQ(newline, 3);
    EXPECT_TRUE(tokenizer.starts_word(newline));
    EXPECT_THAT(tokenizer.encode_text("\n\n"), ElementsAre(newline, newline));
    EXPECT_TRUE(tokenizer.encode_text("").empty());
    EXPECT_THAT(tokenizer.encode("a <n> b<n>"), Not(Contains(newline)));
    for (const char* text : {"the cat\n  sat  on\n\n\tthe mat ", " \n", "a\r\nb\n", "Straße <n>\n<n>",
                             "日本\u3000①ﬁ\n\u0301", "</s><s><unk><0x41>\n<mask>", "\u00a0x\u200b\n\ufeff"})
      EXPECT_EQ(tokenizer.decode(tokenizer.encode_text(text)), text);
    EXPECT_EQ(tokenizer.decode(tokenizer.encode("a\nb")), "a\nb");
    EXPECT_EQ(tokenizer.decode(tokenizer.encode_text("a\u2581b")), "a b");
  }
}

TEST(ExtraPieces, RandomTextComesBackAsItWas) {
  const Tokenizer tokenizer = with_extra(TokenizerKind::kBpe, 330, {.mask = true, .newline = true});
  EXPECT_EQ(tokenizer.mask_id(), 3);
  EXPECT_EQ(tokenizer.newline_id(), 4);
  const std::vector<std::string> parts{" ",   "\n", "a", "the",     "ß", "日", "\t",
                                       "<n>", ".",  "é", "e\u0301", "😀", "\r", "Katze"};
  RandomStream random(3);
  for (int trial = 0; trial < 500; ++trial) {
    std::string text;
    for (std::size_t left = random.below(12); left > 0; --left) text += parts[random.below(parts.size())];
    EXPECT_EQ(tokenizer.decode(tokenizer.encode_text(text)), text);
  }
}

}  // namespace
}  // namespace prenorm::text
