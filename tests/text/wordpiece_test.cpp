// Against examples worked by hand from BERT's tokenization.py, and those of its own tests (tokenization_test.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/base/utf8.h"
#include "prenorm/files/file.h"
#include "prenorm/text/basic_tokens.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr BasicTokenRules kUncased{.lower_case = true, .strip_accents = true};
constexpr BasicTokenRules kCased{.lower_case = false, .strip_accents = false};

std::vector<std::string> cut(std::string_view text, BasicTokenRules rules) {
  std::vector<std::string> result;
  for (const std::u32string& token : basic_tokens(text, rules)) {
    result.emplace_back();
    for (const char32_t c : token) append_utf8(result.back(), c);
  }
  return result;
}

TEST(BasicTokens, ExamplesOfBert) {
  EXPECT_THAT(cut("ah\u535A\u63A8zz", kUncased), ElementsAre("ah", "\u535A", "\u63A8", "zz"));
  EXPECT_THAT(cut(" \tHeLLo!how  \n Are yoU?  ", kUncased), ElementsAre("hello", "!", "how", "are", "you", "?"));
  EXPECT_THAT(cut("H\u00E9llo", kUncased), ElementsAre("hello"));
  EXPECT_THAT(cut(" \tHeLLo!how  \n Are yoU?  ", kCased), ElementsAre("HeLLo", "!", "how", "Are", "yoU", "?"));
  EXPECT_THAT(cut("H\u00E9llo", {.lower_case = true, .strip_accents = false}), ElementsAre("h\u00E9llo"));
}

TEST(BasicTokens, AccentsAndCase) {
  EXPECT_THAT(cut("Ärger ÉCOLE naïve e\u0301 Ångström", kUncased),
              ElementsAre("arger", "ecole", "naive", "e", "angstrom"));
  EXPECT_THAT(cut("İ ΟΔΟΣ Straße ﬁ", kUncased), ElementsAre("i", "οδος", "straße", "ﬁ"));
  EXPECT_THAT(cut("\u1E69 \u0301", kUncased), ElementsAre("s"));  // two marks; a mark alone leaves nothing
  EXPECT_THAT(cut("가", kUncased), ElementsAre("\u1100\u1161"));  // Hangul is decomposed as BERT does it
  EXPECT_THAT(cut("e\u0301", kCased), ElementsAre("e\u0301"));
}

TEST(BasicTokens, PunctuationBlanksAndControls) {
  EXPECT_THAT(cut("$1.50+x^2=`y`|~", kCased),
              ElementsAre("$", "1", ".", "50", "+", "x", "^", "2", "=", "`", "y", "`", "|", "~"));
  EXPECT_THAT(cut("«don’t»…€5", kCased), ElementsAre("«", "don", "’", "t", "»", "…", "€5"));  // € is no punctuation
  EXPECT_THAT(cut("a\u00A0b\u3000c\u2028d\re", kCased), ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_THAT(cut(std::string("a\0b\u200Bc\fd\uFFFDe\x7F", 14), kCased), ElementsAre("abcde"));
  EXPECT_THAT(cut("a\xFFz\xE6", kCased), ElementsAre("az"));
  EXPECT_TRUE(cut("", kCased).empty());
  EXPECT_TRUE(cut(" \n\u200B ", kCased).empty());
  EXPECT_THAT(cut("ひらがな漢字カナ", kCased), ElementsAre("ひらがな", "漢", "字", "カナ"));
}

constexpr const char* kVocabulary =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nwant\n##want\n##ed\nwa\nun\nrunn\n##ing\n,\n##aff\n##able\na\n##a\n##ß\n漢\n";

Tokenizer small_bert() { return Tokenizer::from_serialized(kVocabulary, "vocab.txt"); }

std::vector<std::string> pieces(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<std::string> result;
  for (const std::int32_t id : tokenizer.encode(text)) result.push_back(tokenizer.piece(id));
  return result;
}

TEST(WordPiece, LongestPiecesFirst) {
  const Tokenizer tokenizer = small_bert();
  EXPECT_EQ(tokenizer.format(), TokenizerFormat::kWordPiece);
  EXPECT_TRUE(tokenizer.encode("").empty());
  EXPECT_THAT(pieces(tokenizer, "unwanted running"), ElementsAre("un", "##want", "##ed", "runn", "##ing"));
  EXPECT_THAT(pieces(tokenizer, "unwantedX running"), ElementsAre("[UNK]", "runn", "##ing"));
  EXPECT_THAT(pieces(tokenizer, "UNwant\u00E9d,running"), ElementsAre("un", "##want", "##ed", ",", "runn", "##ing"));
  EXPECT_THAT(pieces(tokenizer, "unaffable"), ElementsAre("un", "##aff", "##able"));
  EXPECT_THAT(pieces(tokenizer, "aß漢a字"), ElementsAre("a", "##ß", "漢", "a", "[UNK]"));
  EXPECT_THAT(pieces(tokenizer, "want ed"), ElementsAre("want", "[UNK]"));
  EXPECT_THAT(pieces(tokenizer, "##ed"), ElementsAre("[UNK]", "[UNK]", "[UNK]"));
  EXPECT_THAT(pieces(tokenizer, "[MASK][SEP]"), testing::Not(testing::Contains("[MASK]")));
}

TEST(WordPiece, AWordOfMoreThan100CharactersIsUnknown) {
  EXPECT_EQ(small_bert().encode(std::string(100, 'a')).size(), 100U);
  EXPECT_THAT(pieces(small_bert(), std::string(101, 'a')), ElementsAre("[UNK]"));
  std::string wide = "a";
  for (int i = 0; i < 99; ++i) wide += "ß";
  EXPECT_EQ(small_bert().encode(wide).size(), 100U);
  EXPECT_THAT(pieces(small_bert(), wide + "ß"), ElementsAre("[UNK]"));
}

TEST(WordPiece, SpecialIdsAndWords) {
  const Tokenizer tokenizer = small_bert();
  EXPECT_EQ(tokenizer.pad_id(), 0);
  EXPECT_EQ(tokenizer.unk_id(), 1);
  EXPECT_EQ(tokenizer.bos_id(), 2);
  EXPECT_EQ(tokenizer.eos_id(), 3);
  EXPECT_EQ(tokenizer.mask_id(), 4);
  EXPECT_EQ(tokenizer.newline_id(), -1);
  EXPECT_EQ(tokenizer.size(), 19);
  for (std::int32_t id = 0; id < 19; ++id)
    EXPECT_EQ(tokenizer.starts_word(id), id == 1 || (id >= 5 && !tokenizer.piece(id).starts_with("##"))) << id;
}

TEST(WordPiece, DecodingJoinsWords) {
  const Tokenizer tokenizer = small_bert();
  const std::int32_t framed[] = {2, 9, 13, 14, 12, 1, 4, 7, 3, 0};
  EXPECT_EQ(tokenizer.decode(framed), "unaffable , [UNK]ed");
  EXPECT_EQ(tokenizer.decode(tokenizer.encode("Unaffable running")), "unaffable running");
  const std::int32_t inside = 7, outside = 19;
  EXPECT_EQ(tokenizer.decode({&inside, 1}), "ed");
  EXPECT_THAT([&] { tokenizer.decode({&outside, 1}); }, ThrowsMessage<DataError>(HasSubstr("19")));
}

TEST(WordPiece, CaseFollowsTheConfigurationElseTheVocabulary) {
  const test::TemporaryFolder folder;
  const std::string path = (folder / "vocab.txt").string();
  write_file_atomically(path, kVocabulary);
  EXPECT_THAT(pieces(Tokenizer::from_file(path), "WANT wänt"), ElementsAre("want", "want"));
  write_file_atomically(folder / "tokenizer_config.json", R"({"do_lower_case": false, "strip_accents": null})");
  EXPECT_THAT(pieces(Tokenizer::from_file(path), "WANT want"), ElementsAre("[UNK]", "want"));
  EXPECT_THAT(pieces(Tokenizer::from_file(folder.path()), "WANT want"), ElementsAre("[UNK]", "want"));
  for (const char* other : {R"({"tokenize_chinese_chars": false})", R"({"do_basic_tokenize": false})",
                            R"({"tokenizer_class": "BertJapaneseTokenizer"})"}) {
    write_file_atomically(folder / "tokenizer_config.json", other);
    EXPECT_THAT([&] { Tokenizer::from_file(path); }, ThrowsMessage<DataError>(HasSubstr("tokenizer_config.json: ")));
  }
  write_file_atomically(folder / "tokenizer_config.json", "{");
  EXPECT_THAT([&] { Tokenizer::from_file(path); }, ThrowsMessage<DataError>(HasSubstr("tokenizer_config.json: ")));
  const Tokenizer cased = Tokenizer::from_serialized(std::string(kVocabulary) + "Want\n");
  EXPECT_THAT(pieces(cased, "Want WANT want"), ElementsAre("Want", "[UNK]", "want"));
}

// As editors write it: it is no part of the first piece, and changes nothing.
TEST(WordPiece, AByteOrderMarkIsSkipped) {
  const test::TemporaryFolder folder;
  const std::string mark = "\xEF\xBB\xBF";
  write_file_atomically(folder / "vocab.txt", mark + kVocabulary);
  const Tokenizer tokenizer = Tokenizer::from_file(folder.path());
  EXPECT_EQ(tokenizer.serialized(), small_bert().serialized());
  EXPECT_EQ(tokenizer.pad_id(), 0);
  EXPECT_THAT(pieces(tokenizer, "WANT"), ElementsAre("want"));
  write_file_atomically(folder / "tokenizer_config.json", mark + R"({"do_lower_case": false})");
  EXPECT_THAT(pieces(Tokenizer::from_file(folder.path()), "WANT want"), ElementsAre("[UNK]", "want"));
  write_file_atomically(folder / "again.json", mark + tokenizer.serialized());
  EXPECT_EQ(Tokenizer::from_file(folder / "again.json").serialized(), tokenizer.serialized());
}

TEST(WordPiece, DeepNestingIsDamage) {
  const test::TemporaryFolder folder;
  const std::string deep = "{\"model\": " + std::string(200'000, '[') + std::string(200'000, ']') + "}";
  EXPECT_THAT([&] { Tokenizer::from_serialized(deep, "deep.json"); },
              ThrowsMessage<DataError>(HasSubstr("deep.json: cannot be used as a tokenizer")));
  write_file_atomically(folder / "vocab.txt", kVocabulary);
  write_file_atomically(folder / "tokenizer_config.json", deep);
  EXPECT_THAT([&] { Tokenizer::from_file(folder.path()); },
              ThrowsMessage<DataError>(HasSubstr("tokenizer_config.json: is damaged")));
}

TEST(WordPiece, OneFileHoldsAll) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "vocab.txt", kVocabulary);
  write_file_atomically(folder / "tokenizer_config.json", R"({"do_lower_case": false})");
  const Tokenizer tokenizer = Tokenizer::from_file(folder / "vocab.txt");
  write_file_atomically(folder / "vocabulary.model", tokenizer.serialized());
  const Tokenizer again = Tokenizer::from_file(folder / "vocabulary.model");
  EXPECT_EQ(again.serialized(), tokenizer.serialized());
  EXPECT_EQ(again.size(), 19);
  for (const char* text : {"Unwanted, unwanted", "wänted [MASK]", "漢字"})
    EXPECT_EQ(again.encode(text), tokenizer.encode(text)) << text;
  const auto json = nlohmann::json::parse(tokenizer.serialized());
  EXPECT_EQ(json["model"]["vocab"]["##ing"], 11);
  EXPECT_EQ(json["normalizer"]["lowercase"], false);
}

// The published tokenizer.json of bert-base-uncased is older than model.type and the post-processor's name.
TEST(WordPiece, ReadsTheFileThatBertWasPublishedWith) {
  auto json = nlohmann::json::parse(small_bert().serialized());
  json["model"].erase("type");
  json["normalizer"]["strip_accents"] = nullptr;
  json["pre_tokenizer"] = {{"type", "BertPreTokenizer"}};
  json["post_processor"] = {{"type", "BertProcessing"}, {"sep", {"[SEP]", 3}}, {"cls", {"[CLS]", 2}}};
  const Tokenizer published = Tokenizer::from_serialized(json.dump());
  EXPECT_EQ(published.format(), TokenizerFormat::kWordPiece);
  for (const char* text : {"Unwanted, unwanted", "W\u00E4nted [MASK]"})
    EXPECT_EQ(published.encode(text), small_bert().encode(text)) << text;
}

// The form that Hugging Face's tokenizers write for bert-base-uncased, with the ids of the small vocabulary.
TEST(WordPiece, TheFileHasAllThatOthersAskFor) {
  auto json = nlohmann::json::parse(small_bert().serialized());
  EXPECT_EQ(json["model"]["vocab"].size(), 19U);
  json["model"].erase("vocab");
  const auto token = [](int id, const char* content) {
    return nlohmann::json{{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
                          {"rstrip", false}, {"normalized", false}, {"special", true}};
  };
  auto expected = nlohmann::json::parse(R"({
    "version": "1.0", "truncation": null, "padding": null,
    "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                   "strip_accents": true, "lowercase": true},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {
      "type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                 {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
      "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
               {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}},
               {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
      "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                         "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": false},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
              "max_input_chars_per_word": 100}})");
  expected["added_tokens"] = {token(0, "[PAD]"), token(1, "[UNK]"), token(2, "[CLS]"), token(3, "[SEP]"),
                              token(4, "[MASK]")};
  EXPECT_EQ(json, expected);
}

TEST(WordPiece, ALargeVocabularyTakesNoTime) {
  std::string lines = "[UNK]\n[SEP]\n";
  for (int i = 0; i < 200'000; ++i) lines += std::to_string(i) + "\n";
  const Tokenizer tokenizer = Tokenizer::from_serialized(lines, "vocab.txt");
  EXPECT_EQ(Tokenizer::from_serialized(tokenizer.serialized()).size(), 200'002);
}

TEST(WordPiece, DamagedVocabulariesAreRefusedByName) {
  const auto refused = [](const std::string& bytes, const std::string& what) {
    EXPECT_THAT([&] { Tokenizer::from_serialized(bytes, "vocab.txt"); },
                ThrowsMessage<DataError>(testing::AllOf(testing::StartsWith("vocab.txt:"), HasSubstr(what))));
  };
  refused("[PAD]\n[UNK]\n[CLS]\n", "[SEP]");
  refused("[UNK]\n[SEP]\na\n\nb\n", "vocab.txt:4: an empty piece");
  refused("[UNK]\r\n[SEP]\r\na\r\na\r\n", "vocab.txt:4: a repeated piece");
  refused("[UNK]\n[SEP]\n\xFF\n", "cannot be used");
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "vocab.txt", "a\nb\n");
  EXPECT_THAT([&] { Tokenizer::from_file(folder / "vocab.txt"); },
              ThrowsMessage<DataError>(HasSubstr("no line [UNK]")));
  EXPECT_THAT([&] { Tokenizer::from_file(folder / "none"); }, ThrowsMessage<FileError>(HasSubstr("none")));
  write_file_atomically(folder / "empty/x", "");
  EXPECT_THAT([&] { Tokenizer::from_file(folder / "empty"); }, ThrowsMessage<FileError>(HasSubstr("tokenizer.json")));
}

TEST(WordPiece, AnyBytesGiveIdsInsideTheVocabulary) {
  RandomStream random(1);
  const Tokenizer tokenizer = small_bert();
  for (int trial = 0; trial < 500; ++trial) {
    std::string line(random.below(60), '\0');
    for (char& c : line) c = static_cast<char>(random.below(256));
    for (const std::int32_t id : tokenizer.encode(line)) EXPECT_TRUE(id == 1 || (id >= 5 && id < 19)) << id;
  }
}

}  // namespace
}  // namespace prenorm::text
