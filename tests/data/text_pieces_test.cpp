#include "prenorm/data/text_pieces.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "data/sample_prepared_text.h"
#include "prenorm/files/file.h"

namespace prenorm::data {
namespace {

// Of every kind: with words that reach over newlines and blanks, as GPT-2's, and without.
std::vector<text::Tokenizer> all_tokenizers() {
  const auto golden = nlohmann::json::parse(read_file(PRENORM_TEST_DIR "/text/golden/gpt2_cases.json"));
  const nlohmann::json gpt2{{"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}},
                            {"model", {{"type", "BPE"}, {"vocab", golden["vocab"]}, {"merges", golden["merges"]}}}};
  TokenizerConfig bytes;
  bytes.kind = TokenizerKind::kByte;
  return {text::Tokenizer::from_serialized(gpt2.dump()), test::text_tokenizer(),
          text::train_tokenizer(test::line_source({"x"}), bytes, "the text", {.newline = true}),
          text::Tokenizer::from_serialized("[UNK]\n[SEP]\nthe\ncat\n##s\n")};
}

TEST(TextPieces, CutsOfAStreamDoNotChangeTheIds) {
  const std::vector<std::string> parts{"the ", "cat", "\n", "\n\n", "s", " ", "\u00A0", "é", "\t\n", "日本"};
  RandomStream random(4);
  for (const text::Tokenizer& tokenizer : all_tokenizers()) {
    std::string content;
    while (content.size() < 40'000) content += parts[random.below(parts.size())];
    content += "end\n";
    const test::SampleProse sample(content, TextShape::kStream);
    TextPieces pieces(sample.path(), TextShape::kStream, sample.rules);
    std::vector<std::int32_t> ids;
    int count = 0;
    for (TextPiece piece; pieces.next(piece); ++count) {
      const auto part = tokenizer.encode_text(piece.text);
      ids.insert(ids.end(), part.begin(), part.end());
    }
    EXPECT_GT(count, 20);
    EXPECT_EQ(ids, tokenizer.encode_text(content));
  }
}

}  // namespace
}  // namespace prenorm::data
