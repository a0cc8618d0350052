#include "prenorm/text/model_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/files/file.h"
#include "text/sample_text.h"

namespace prenorm::text {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(ModelCheck, AGoodModelIsGood) {
  EXPECT_EQ(find_model_damage(test::sample_tokenizer(TokenizerKind::kBpe).serialized()), "");
  EXPECT_EQ(find_model_damage(test::sample_tokenizer(TokenizerKind::kUnigram).serialized()), "");
}

TEST(ModelCheck, OtherFilesAreRefusedByName) {
  const test::TemporaryFolder folder;
  const std::string model = test::sample_tokenizer().serialized();
  for (const std::string& content : {std::string(), std::string("the 1\nof 2\n"), std::string(100, '\0'),
                                     model.substr(0, model.size() / 2), model.substr(1)}) {
    write_file_atomically(folder / "bad.model", content);
    EXPECT_THAT([&] { Tokenizer::from_file(folder / "bad.model"); },
                ThrowsMessage<DataError>(HasSubstr((folder / "bad.model").string() + ": cannot be used")));
  }
  EXPECT_THAT([&] { Tokenizer::from_file(folder / "none.model"); }, ThrowsMessage<FileError>(HasSubstr("none.model")));
}

// SentencePiece itself accepts a model that was cut between two pieces of its vocabulary.
TEST(ModelCheck, EveryTruncationIsSeen) {
  const std::string model = test::sample_tokenizer().serialized();
  const std::string_view view = model;
  for (std::size_t size = 0; size < 1500; ++size) EXPECT_NE(find_model_damage(view.substr(0, size)), "") << size;
  for (std::size_t size = 1500; size + 2 < model.size(); size += 997)
    EXPECT_NE(find_model_damage(view.substr(0, size)), "") << size;
}

TEST(ModelCheck, DamageIsRefusedOrHarmless) {
  const std::string model = test::sample_tokenizer(TokenizerKind::kUnigram).serialized();
  RandomStream random(5);
  for (int trial = 0; trial < 150; ++trial) {
    std::string damaged = model;
    // Half of the trials hit the small parts at the begin, where all but the character map stands.
    const std::size_t at = random.below(trial % 2 == 0 ? 1500 : model.size());
    damaged[at] = static_cast<char>(random.below(256));
    try {
      const Tokenizer tokenizer = Tokenizer::from_serialized(damaged);
      tokenizer.decode(tokenizer.encode("Straße ﬁ ① Å 日本 \u0301"));
    } catch (const DataError&) {
    }
  }
}

void append_varint(std::string& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) to += static_cast<char>(0x80 | (value & 0x7F));
  to += static_cast<char>(value);
}
std::string field(char tag, const std::string& payload) {
  std::string bytes(1, tag);
  append_varint(bytes, payload.size());
  return bytes + payload;
}

// SentencePiece adds a piece to its trie byte by byte, each inside the call for the one before.
TEST(ModelCheck, AHugePieceIsRefusedBeforeItOverflowsTheStack) {
  for (const TokenizerKind kind : {TokenizerKind::kBpe, TokenizerKind::kUnigram}) {
    const std::string model = test::sample_tokenizer(kind).serialized();
    for (const std::size_t size : {kLongestPiece, kLongestPiece + 1, std::size_t{2'000'000}}) {
      const std::string longer = field('\x0A', field('\x0A', std::string(size, 'x'))) + model;
      if (size == kLongestPiece) {
        EXPECT_EQ(find_model_damage(longer), "");
        continue;
      }
      EXPECT_THAT(
          [&] { Tokenizer::from_serialized(longer, "huge.model"); },
          ThrowsMessage<DataError>(testing::AllOf(HasSubstr("huge.model: cannot be used as a SentencePiece model"),
                                                  HasSubstr(std::to_string(size) + " bytes"))));
    }
  }
}

}  // namespace
}  // namespace prenorm::text
