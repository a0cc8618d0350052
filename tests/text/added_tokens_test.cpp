// Added tokens of a tokenizer.json, by the rules of AddedVocabulary in the tokenizers crate of Hugging Face.
#include "prenorm/text/added_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::text {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

json added(int id, const std::string& content, const json& flags = json::object()) {
  json token{{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
             {"rstrip", false}, {"normalized", false}, {"special", false}};
  token.update(flags);
  return token;
}

// BERT's with a few words; ids of added tokens begin at 16.
Tokenizer bert_with(const std::vector<json>& tokens) {
  const auto base = Tokenizer::from_serialized(
      "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nthe\ncat\n##s\nent\n<\n>\nuser\ntag\nx\n", "vocab.txt");
  json file = json::parse(base.serialized());
  for (const json& token : tokens) file["added_tokens"].push_back(token);
  return Tokenizer::from_serialized(file.dump(), "tokenizer.json");
}

// GPT-2's with bytes alone: a byte b is the id b + 1; ids of added tokens begin at 257.
Tokenizer bytes_with(const std::vector<json>& tokens) {
  json vocabulary{{"<|endoftext|>", 0}};
  char32_t next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const bool shows = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    const char32_t c = shows ? static_cast<char32_t>(byte) : next++;
    std::string name;
    if (c < 0x80)
      name = {static_cast<char>(c)};
    else
      name = {static_cast<char>(0xC0U | c >> 6U), static_cast<char>(0x80U | (c & 0x3FU))};
    vocabulary[name] = byte + 1;
  }
  const json file{{"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}},
                  {"added_tokens", tokens},
                  {"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", json::array()}}}};
  return Tokenizer::from_serialized(file.dump(), "tokenizer.json");
}

// The pieces, a bar between two.
std::string pieces(const Tokenizer& tokenizer, std::string_view text) {
  std::string result;
  for (const std::int32_t id : tokenizer.encode(text)) {
    if (!result.empty()) result += '|';
    result += tokenizer.piece(id);
  }
  return result;
}

TEST(AddedTokens, AreFoundBeforeAnythingElse) {
  const Tokenizer gpt2 = bytes_with({added(257, "<|user|>")});
  EXPECT_THAT(gpt2.encode("a<|user|>b"), ElementsAre('a' + 1, 257, 'b' + 1));
  EXPECT_THAT(gpt2.encode("<|user|><|user|>"), ElementsAre(257, 257));
  EXPECT_EQ(gpt2.encode("<|user|").size(), 7U);
  EXPECT_EQ(gpt2.decode(gpt2.encode("a <|user|> ä")), "a <|user|> ä");
  const Tokenizer bert = bert_with({added(16, "<ent>")});
  EXPECT_EQ(pieces(bert, "a <ent> b"), "a|<ent>|b");
  EXPECT_EQ(pieces(bert, "The<ent>cats"), "the|<ent>|cat|##s") << "the rest is normalized";
  EXPECT_EQ(pieces(bert, "<ENT>"), "<|ent|>") << "the token itself is not";
  EXPECT_EQ(bert.decode(bert.encode("the <ent>cats")), "the <ent> cats");
}

TEST(AddedTokens, SpecialOnesAreText) {
  const Tokenizer gpt2 = bytes_with(
      {added(0, "<|endoftext|>", {{"special", true}}), added(257, "<|end"), added(258, "<pad>", {{"special", true}})});
  EXPECT_EQ(gpt2.encode("<|endoftext|>").size(), 13U) << "all of it, no added token in it";
  EXPECT_THAT(gpt2.encode("<|end"), ElementsAre(257));
  EXPECT_EQ(gpt2.encode("<pad>").size(), 5U);
  EXPECT_EQ(bert_with({added(4, "[MASK]")}).encode("[MASK]").size(), 3U)
      << "one that the model gives a meaning is special";
}

TEST(AddedTokens, TheLongestCounts) {
  const Tokenizer tokenizer = bytes_with({added(257, "<t>"), added(258, "<t><t>"), added(259, "t>x")});
  EXPECT_THAT(tokenizer.encode("<t><t><t>x"), ElementsAre(258, 257, 'x' + 1));
}

TEST(AddedTokens, StripsTakeWhiteSpaceAlong) {
  const Tokenizer left = bytes_with({added(257, "<m>", {{"lstrip", true}})});
  EXPECT_THAT(left.encode("a \u2003<m> b"), ElementsAre('a' + 1, 257, ' ' + 1, 'b' + 1));
  const Tokenizer right = bytes_with({added(257, "<m>", {{"rstrip", true}})});
  EXPECT_THAT(right.encode("a <m> \n b"), ElementsAre('a' + 1, ' ' + 1, 257, 'b' + 1));
  const Tokenizer both = bytes_with({added(257, "<m>", {{"lstrip", true}, {"rstrip", true}})});
  EXPECT_THAT(both.encode(" <m>  <m> "), ElementsAre(257, 257));
}

TEST(AddedTokens, ASingleWordIsNotPartOfOne) {
  const Tokenizer tokenizer = bytes_with({added(257, "cat", {{"single_word", true}})});
  for (const char* text : {"cats", "acat", "1cat", "cat_", "äcat", "cat\u0301"})
    EXPECT_EQ(tokenizer.encode(text).size(), std::string_view(text).size()) << text;
  EXPECT_THAT(tokenizer.encode("cat"), ElementsAre(257));
  EXPECT_THAT(tokenizer.encode("cat,cat"), ElementsAre(257, ',' + 1, 257));
}

// As tokens are that were added with transformers' add_tokens().
TEST(AddedTokens, NormalizedOnesAreFoundInNormalizedText) {
  const Tokenizer tokenizer = bert_with(
      {added(16, "<Ent>", {{"normalized", true}}), added(17, "<tag>"), added(18, "caté", {{"normalized", true}})});
  EXPECT_EQ(pieces(tokenizer, "a <ENT>B"), "a|<Ent>|b");
  EXPECT_EQ(pieces(tokenizer, "<tag><ent><TAG>"), "<tag>|<Ent>|<|tag|>");
  EXPECT_EQ(pieces(tokenizer, "The CATE"), "the|caté") << "accents are stripped of both";
  EXPECT_EQ(pieces(tokenizer, "cats"), "cat|##s");
}

TEST(AddedTokens, NoWordIsCutIntoThem) {
  const Tokenizer tokenizer = bert_with({added(16, "x##s"), added(17, "xa", {{"single_word", true}})});
  EXPECT_EQ(pieces(tokenizer, "xa"), "xa");
  EXPECT_EQ(pieces(tokenizer, "xax"), "[UNK]") << "the added token is no piece of the vocabulary proper";
}

TEST(AddedTokens, TheFileIsKept) {
  const Tokenizer tokenizer = bert_with({added(16, "<ent>", {{"rstrip", true}})});
  const Tokenizer again = Tokenizer::from_serialized(tokenizer.serialized());
  EXPECT_EQ(again.encode("a <ent> b"), tokenizer.encode("a <ent> b"));
  EXPECT_EQ(again.size(), 17);
  EXPECT_TRUE(again.starts_word(16));
}

// vocab.txt and vocab.json have no place for what says how an added token is found.
TEST(AddedTokens, InFilesOfTheirOwnAreRefusedByName) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "vocab.txt", "[UNK]\n[SEP]\na\n");
  write_file_atomically(folder / "added_tokens.json", R"({"[SEP]": 1})");
  EXPECT_EQ(Tokenizer::from_file(folder.path()).size(), 3);
  write_file_atomically(folder / "added_tokens.json", R"({"<ent>": 3})");
  EXPECT_THAT([&] { Tokenizer::from_file(folder.path()); },
              ThrowsMessage<DataError>(HasSubstr("added_tokens.json: adds the token \"<ent>\"")));
  write_file_atomically(folder / "added_tokens.json", "{}");
  write_file_atomically(folder / "tokenizer_config.json", R"({"added_tokens_decoder": {"3": {"content": "<x>"}}})");
  EXPECT_THAT([&] { Tokenizer::from_file(folder.path()); },
              ThrowsMessage<DataError>(HasSubstr("tokenizer_config.json: adds the token \"<x>\"")));
}

}  // namespace
}  // namespace prenorm::text
