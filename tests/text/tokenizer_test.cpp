#include "prenorm/text/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/files/file.h"
#include "text/sample_text.h"

namespace prenorm::text {
namespace {

using test::line_source;
using test::sample_lines;
using test::sample_tokenizer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

TokenizerConfig config_of(TokenizerKind kind, std::int64_t vocab_size) {
  TokenizerConfig config;
  config.kind = kind;
  config.vocab_size = vocab_size;
  return config;
}

// The ids are those of spm_train --vocab_size=64 (48) --character_coverage=1.0 and spm_encode, SentencePiece 0.1.97.
TEST(Tokenizer, BpeGivesTheIdsOfSentencePieceTools) {
  const Tokenizer tokenizer = sample_tokenizer(TokenizerKind::kBpe);
  EXPECT_THAT(tokenizer.encode("the dog läuft in dem Haus"),
              ElementsAre(8, 24, 20, 60, 18, 38, 33, 42, 3, 39, 59, 13, 40, 30));
  EXPECT_THAT(tokenizer.encode("cats und Hunde"), ElementsAre(21, 45, 37, 10, 25, 39));
  EXPECT_THAT(tokenizer.encode("Quiz über Ω"), ElementsAre(37, 0, 43, 46, 54, 37, 63, 62, 11, 37, 0));
}

TEST(Tokenizer, UnigramGivesTheIdsOfSentencePieceTools) {
  const Tokenizer tokenizer = sample_tokenizer(TokenizerKind::kUnigram);
  EXPECT_THAT(tokenizer.encode("the dog läuft in dem Haus"), ElementsAre(6, 7, 4, 19, 30, 33, 5, 15, 26, 12, 23, 27));
  EXPECT_THAT(tokenizer.encode("cats und Hunde"), ElementsAre(18, 16, 3, 10, 8, 12, 10, 8, 4));
  EXPECT_THAT(tokenizer.encode("Quiz über Ω"), ElementsAre(3, 0, 47, 14, 35, 3, 40, 39, 4, 11, 3, 0));
}

TEST(Tokenizer, SpecialIds) {
  const Tokenizer tokenizer = sample_tokenizer();
  EXPECT_EQ(tokenizer.size(), 64);
  EXPECT_EQ(tokenizer.unk_id(), 0);
  EXPECT_EQ(tokenizer.bos_id(), 1);
  EXPECT_EQ(tokenizer.eos_id(), 2);
  EXPECT_EQ(tokenizer.pad_id(), -1);
  EXPECT_EQ(tokenizer.decoder_start_id(), 1);
}

TEST(Tokenizer, RoundTrip) {
  for (const TokenizerKind kind : {TokenizerKind::kBpe, TokenizerKind::kUnigram}) {
    const Tokenizer tokenizer = sample_tokenizer(kind);
    for (const std::string& line : sample_lines()) EXPECT_EQ(tokenizer.decode(tokenizer.encode(line)), line);
    EXPECT_TRUE(tokenizer.encode("").empty());
    EXPECT_TRUE(tokenizer.encode(" \t\u00a0\u3000").empty());
    EXPECT_EQ(tokenizer.decode({}), "");
    const std::int32_t framed[] = {tokenizer.bos_id(), tokenizer.eos_id()};
    EXPECT_EQ(tokenizer.decode(framed), "");
  }
}

TEST(Tokenizer, AnyBytesGiveIdsInsideTheVocabulary) {
  const Tokenizer tokenizer = sample_tokenizer();
  RandomStream random(1);
  for (int trial = 0; trial < 500; ++trial) {
    std::string line(random.below(40), '\0');
    for (char& c : line) c = static_cast<char>(random.below(256));
    for (const std::int32_t id : tokenizer.encode(line)) {
      EXPECT_GE(id, 0);
      EXPECT_LT(id, tokenizer.size());
    }
  }
  EXPECT_THAT(tokenizer.encode("日"), testing::Contains(tokenizer.unk_id()));
}

TEST(Tokenizer, DecodeRefusesIdsOutsideTheVocabulary) {
  const Tokenizer tokenizer = sample_tokenizer();
  for (const std::int32_t id : {-1, 64, 1'000'000})
    EXPECT_THAT([&] { tokenizer.decode({&id, 1}); }, ThrowsMessage<DataError>(HasSubstr(std::to_string(id))));
}

TEST(Tokenizer, SerializedModelAndFileAreTheSameTokenizer) {
  const test::TemporaryFolder folder;
  const Tokenizer tokenizer = sample_tokenizer();
  write_file_atomically(folder / "vocabulary.model", tokenizer.serialized());
  const Tokenizer again = Tokenizer::from_file(folder / "vocabulary.model");
  EXPECT_EQ(again.serialized(), tokenizer.serialized());
  for (const std::string& line : sample_lines()) EXPECT_EQ(again.encode(line), tokenizer.encode(line));
}

TEST(TrainTokenizer, SameLinesGiveTheSameModel) {
  for (const TokenizerKind kind : {TokenizerKind::kBpe, TokenizerKind::kUnigram})
    EXPECT_EQ(sample_tokenizer(kind).serialized(), sample_tokenizer(kind).serialized());
}

TEST(TrainTokenizer, TooLargeVocabularyNamesKeyAndLargestSize) {
  const auto train = [](TokenizerKind kind, std::int64_t size) {
    return train_tokenizer(line_source(sample_lines()), config_of(kind, size), "train.de");
  };
  EXPECT_THAT(
      [&] { train(TokenizerKind::kUnigram, 8000); },
      ThrowsMessage<UsageError>("tokenizer.vocab_size = 8000: more pieces than train.de has text for; lower it to "
                                "54 or less"));
  EXPECT_EQ(train(TokenizerKind::kUnigram, 54).size(), 54);
  EXPECT_THAT([&] { train(TokenizerKind::kBpe, 8000); }, ThrowsMessage<UsageError>(HasSubstr("train.de has text for")));
}

TEST(TrainTokenizer, TooSmallVocabularyNamesKeyAndSmallestSize) {
  const auto train = [](std::int64_t size) {
    return train_tokenizer(line_source(sample_lines()), config_of(TokenizerKind::kBpe, size));
  };
  EXPECT_THAT([&] { train(20); },
              ThrowsMessage<UsageError>(testing::AllOf(HasSubstr("tokenizer.vocab_size = 20"), HasSubstr("raise it to "
                                                                                                         "30"))));
  EXPECT_EQ(train(30).size(), 30);
}

// SentencePiece would end the process on some of these.
TEST(TrainTokenizer, TextWithoutWordsIsRefused) {
  const std::vector<std::vector<std::string>> texts{{},
                                                    {""},
                                                    {" ", "\t"},
                                                    {"\u200b"},
                                                    {"\ufffd"},
                                                    {"\u2581"},
                                                    {std::string(1, '\0')},
                                                    {"\xff\xfe"},
                                                    {std::string(5000, 'a')}};
  for (const TokenizerKind kind : {TokenizerKind::kBpe, TokenizerKind::kUnigram})
    for (const auto& lines : texts)
      EXPECT_THAT([&] { train_tokenizer(line_source(lines), config_of(kind, 8), "train.de"); },
                  ThrowsMessage<DataError>("train.de: no line of text to train a tokenizer on"));
}

TEST(TrainTokenizer, UnusableLinesTeachNothing) {
  std::vector<std::string> lines{"", "\xff\xfe", " ", std::string(5000, 'x')};
  lines.insert(lines.end(), sample_lines().begin(), sample_lines().end());
  EXPECT_EQ(train_tokenizer(line_source(lines), config_of(TokenizerKind::kBpe, 64)).serialized(),
            sample_tokenizer().serialized());
}

TEST(TrainTokenizer, AFailingSourceIsHeard) {
  int left = 3;
  const LineSource source = [&left](std::string& line) -> bool {
    if (left-- == 0) throw_error<FileError>("train.de: gone");
    line = "a b c";
    return true;
  };
  EXPECT_THAT([&] { train_tokenizer(source, config_of(TokenizerKind::kBpe, 8)); },
              ThrowsMessage<FileError>("train.de: gone"));
}

TEST(TrainTokenizer, FromFilesDrawsASampleWithTheSeed) {
  const test::TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 400; ++i) text += sample_lines()[i * 7 % 8] + " " + std::to_string(i * i) + "\n";
  write_file_atomically(folder / "a", "\xEF\xBB\xBF" + text);
  write_file_atomically(folder / "b", text);
  const std::vector<std::filesystem::path> files{folder / "a", folder / "b"};
  TokenizerConfig config = config_of(TokenizerKind::kBpe, 60);
  config.max_training_lines = 100;
  const std::string model = train_tokenizer(files, config, 1).serialized();
  EXPECT_EQ(model, train_tokenizer(files, config, 1).serialized());
  EXPECT_NE(model, train_tokenizer(files, config, 2).serialized());
  config.max_training_lines = 400;
  EXPECT_EQ(train_tokenizer(files, config, 1).serialized(), train_tokenizer(files, config, 2).serialized());
}

}  // namespace
}  // namespace prenorm::text
