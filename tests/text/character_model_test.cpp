#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/base/utf8.h"
#include "prenorm/files/file.h"
#include "prenorm/text/tokenizer.h"
#include "text/sample_text.h"

namespace prenorm::text {
namespace {

using test::line_source;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

Tokenizer train(TokenizerKind kind, const std::vector<std::string>& lines, ExtraPieces extra = {},
                double coverage = 1) {
  TokenizerConfig config;
  config.kind = kind;
  config.character_coverage = coverage;
  return train_tokenizer(line_source(lines), config, "train.en", extra);
}

TEST(CharacterModel, TheVocabularyIsTheCharactersOfTheText) {
  const Tokenizer tokenizer = train(TokenizerKind::kCharacter, {"cab", "", "ß a", "\xFF"}, {.newline = true});
  EXPECT_EQ(tokenizer.format(), TokenizerFormat::kCharacter);
  EXPECT_EQ(tokenizer.size(), 3 + 6);
  EXPECT_EQ(tokenizer.unk_id(), 0);
  EXPECT_EQ(tokenizer.bos_id(), 1);
  EXPECT_EQ(tokenizer.eos_id(), 2);
  EXPECT_EQ(tokenizer.mask_id(), -1);
  EXPECT_EQ(tokenizer.newline_id(), 3);
  EXPECT_THAT(tokenizer.encode_text("ab\nß cx\xFF"), ElementsAre(5, 6, 3, 8, 4, 7, 0, 0));
  EXPECT_THAT(tokenizer.encode("  "), ElementsAre(4, 4));
  EXPECT_EQ(tokenizer.decode(tokenizer.encode_text("a\n\n b ß")), "a\n\n b ß");
  EXPECT_EQ(tokenizer.decode(tokenizer.encode("axb")), "a\uFFFDb");
  EXPECT_EQ(train(TokenizerKind::kCharacter, {"ab"}).newline_id(), -1);
}

TEST(CharacterModel, WithAMask) {
  const Tokenizer tokenizer = train(TokenizerKind::kCharacter, {"<mask>"}, {.mask = true});
  EXPECT_EQ(tokenizer.mask_id(), 3);
  EXPECT_EQ(tokenizer.piece(3), "<mask>");
  EXPECT_EQ(tokenizer.size(), 4 + 6);
  EXPECT_THAT(tokenizer.encode("<mask>"), testing::Each(testing::Gt(3)));
  const std::int32_t framed[] = {1, 3, 2};
  EXPECT_EQ(tokenizer.decode(framed), "");
}

TEST(CharacterModel, RareCharactersStayOutsideTheCoverage) {
  const std::vector<std::string> lines{std::string(60, 'b') + std::string(30, 'a') + "ccccc" + "ddddd"};
  EXPECT_EQ(train(TokenizerKind::kCharacter, lines, {}, 0.9).size(), 5);
  EXPECT_EQ(train(TokenizerKind::kCharacter, lines, {}, 0.91).encode("abcd"), (std::vector{3, 4, 5, 0}));
}

TEST(CharacterModel, TextWithoutACharacterIsRefused) {
  for (const auto& lines : {std::vector<std::string>{}, {""}, {"\xFF"}})
    EXPECT_THAT([&] { train(TokenizerKind::kCharacter, lines, {.newline = true}); },
                ThrowsMessage<DataError>("train.en: no line of text to train a tokenizer on"));
}

TEST(CharacterModel, AllLinesOfAllFilesTeach) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a", "\xEF\xBB\xBF" + std::string("ab\n \t\n") + std::string(5000, 'x') + "\n");
  write_file_atomically(folder / "b", "z\n");
  TokenizerConfig config;
  config.kind = TokenizerKind::kCharacter;
  config.max_training_lines = 1;
  const std::vector<std::filesystem::path> files{folder / "a", folder / "b"};
  EXPECT_THAT(train_tokenizer(files, config, 1).encode("\t abxz"), ElementsAre(3, 4, 5, 6, 7, 8));
}

TEST(ByteModel, AnyBytesComeBack) {
  for (const bool mask : {false, true}) {
    const Tokenizer tokenizer = train(TokenizerKind::kByte, {}, {.mask = mask});
    const std::int32_t first = mask ? 4 : 3;
    EXPECT_EQ(tokenizer.format(), TokenizerFormat::kByte);
    EXPECT_EQ(tokenizer.size(), first + 256);
    EXPECT_EQ(tokenizer.mask_id(), mask ? 3 : -1);
    EXPECT_EQ(tokenizer.newline_id(), first + 10);
    EXPECT_THAT(tokenizer.encode("A\xFF"), ElementsAre(first + 65, first + 255));
    EXPECT_EQ(tokenizer.piece(first + 65), "<0x41>");
    RandomStream random(1);
    for (int trial = 0; trial < 200; ++trial) {
      std::string text(random.below(50), '\0');
      for (char& c : text) c = static_cast<char>(random.below(256));
      EXPECT_EQ(tokenizer.decode_bytes(tokenizer.encode_text(text)), text);
    }
  }
}

TEST(ByteModel, DecodesToUtf8WhateverTheBytes) {
  const Tokenizer tokenizer = train(TokenizerKind::kByte, {});
  EXPECT_EQ(tokenizer.decode(tokenizer.encode("ä€😀")), "ä€😀");
  EXPECT_EQ(tokenizer.decode(tokenizer.encode("a\xC3z")), "a\uFFFDz");
  EXPECT_EQ(tokenizer.decode(tokenizer.encode("\x80\xF0\x9F\x98")), "\uFFFD\uFFFD\uFFFD\uFFFD")
      << "a byte, a character";
}

TEST(CharacterModel, RandomTextComesBack) {
  RandomStream random(2);
  std::vector<std::string> texts;
  for (int trial = 0; trial < 100; ++trial) {
    std::string& text = texts.emplace_back();
    for (std::size_t left = random.below(30) + 1; left > 0; --left) {
      const auto c = static_cast<char32_t>(random.below(trial % 2 == 0 ? 0x250 : 0x110000));
      append_utf8(text, c >= 0xD800 && c < 0xE000 ? U'\n' : c);
    }
  }
  const Tokenizer tokenizer = train(TokenizerKind::kCharacter, texts);
  const Tokenizer again = Tokenizer::from_serialized(tokenizer.serialized());
  EXPECT_EQ(again.serialized(), tokenizer.serialized());
  for (const std::string& text : texts) {
    EXPECT_EQ(tokenizer.decode(tokenizer.encode_text(text)), text);
    EXPECT_EQ(again.encode(text), tokenizer.encode(text));
  }
}

TEST(CharacterModel, WordsStartAtWhatIsNoLetter) {
  for (const TokenizerKind kind : {TokenizerKind::kCharacter, TokenizerKind::kByte}) {
    const Tokenizer tokenizer = train(kind, {"a1ß ,\n"}, {.mask = true});
    for (const char* inside : {"a", "1", "ß"})
      for (const std::int32_t id : tokenizer.encode(inside)) EXPECT_FALSE(tokenizer.starts_word(id)) << inside;
    for (const char* start : {" ", ",", "\n"})
      for (const std::int32_t id : tokenizer.encode(start)) EXPECT_TRUE(tokenizer.starts_word(id)) << start;
    for (std::int32_t id = 0; id < 4; ++id) EXPECT_FALSE(tokenizer.starts_word(id));
  }
}

TEST(CharacterModel, DamagedFilesAreRefusedByName) {
  const std::string good = train(TokenizerKind::kCharacter, {"abc"}).serialized();
  for (std::string bad : {good.substr(0, good.size() / 2), std::string("{}"), std::string("{\"format\": 3}"),
                          std::string(R"({"format":"prenorm tokenizer","kind":"word"})"),
                          std::string(R"({"format":"prenorm tokenizer","kind":"character","characters":"ba"})"),
                          std::string(R"({"format":"prenorm tokenizer","kind":"character","characters":"aa"})"),
                          std::string(R"({"format":"prenorm tokenizer","kind":"character"})"), std::string(10000, '{'),
                          std::string("{\"a\":") + std::string(10000, '[')})
    EXPECT_THAT([&] { Tokenizer::from_serialized(bad, "run/vocabulary.model"); },
                ThrowsMessage<DataError>(HasSubstr("run/vocabulary.model: ")))
        << bad.substr(0, 80);
}

}  // namespace
}  // namespace prenorm::text
