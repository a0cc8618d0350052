// Against golden/gpt2_reference.py, whose words were held against the published pattern in Python's `regex` module: on
// all cases of gpt2_cases.json and on the 107,886 words of the text that OnRealText reads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/files/file.h"
#include "prenorm/files/line_reader.h"
#include "prenorm/text/gpt2_words.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::text {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::ThrowsMessage;

const json& golden() {
  static const json cases = json::parse(read_file(PRENORM_TEST_DIR "/text/golden/gpt2_cases.json"));
  return cases;
}

json tokenizer_json() {
  return {{"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}},
          {"model", {{"type", "BPE"}, {"vocab", golden()["vocab"]}, {"merges", golden()["merges"]}}}};
}

Tokenizer small_gpt2() { return Tokenizer::from_serialized(tokenizer_json().dump()); }

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> result;
  for (; !text.empty(); text.remove_prefix(result.back().size()))
    result.emplace_back(text.substr(0, gpt2_word_size(text)));
  return result;
}

TEST(Gpt2Words, AreThoseOfThePattern) {
  for (const json& example : golden()["cases"])
    EXPECT_EQ(json(words(example[0].get<std::string>())), example[1]) << example[0];
}

TEST(ByteLevelBpe, GivesTheIdsOfTheReference) {
  const Tokenizer tokenizer = small_gpt2();
  EXPECT_EQ(tokenizer.format(), TokenizerFormat::kByteLevelBpe);
  ASSERT_GT(golden()["cases"].size(), 400U);
  for (const json& example : golden()["cases"]) {
    const auto text = example[0].get<std::string>();
    const auto ids = tokenizer.encode_text(text);
    EXPECT_EQ(json(ids), example[2]) << example[0];
    EXPECT_EQ(tokenizer.decode(ids), text);
  }
}

TEST(ByteLevelBpe, OnRealText) {
  const char* given = std::getenv("PRENORM_TEST_DATA");
  const std::filesystem::path data = given != nullptr ? given : PRENORM_TEST_DIR "/../../shared/data";
  const std::filesystem::path file = data / "lm/reviews_speeches.valid.txt.gz";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not here";
  LineReader reader(file);
  std::string text;
  for (std::string line; reader.next(line);) text += line + "\n";
  std::size_t count = 0;
  for (std::string_view rest = text; !rest.empty(); ++count) rest.remove_prefix(gpt2_word_size(rest));
  EXPECT_EQ(count, 107'886U);
  const auto ids = small_gpt2().encode_text(text);
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const std::int32_t id : ids) hash = (hash ^ static_cast<std::uint64_t>(id)) * 0x100000001b3ULL;
  EXPECT_EQ(ids.size(), 407'380U);
  EXPECT_EQ(hash, 0x94c28a34ef11ed47ULL);
}

TEST(ByteLevelBpe, SpecialIds) {
  const Tokenizer tokenizer = small_gpt2();
  const auto end = golden()["vocab"]["<|endoftext|>"].get<std::int32_t>();
  EXPECT_EQ(tokenizer.eos_id(), end);
  EXPECT_EQ(tokenizer.bos_id(), end);
  EXPECT_EQ(tokenizer.decoder_start_id(), end);
  for (const std::int32_t none : {tokenizer.unk_id(), tokenizer.pad_id(), tokenizer.mask_id()}) EXPECT_EQ(none, -1);
  EXPECT_EQ(tokenizer.encode("\n"), std::vector{tokenizer.newline_id()});
  EXPECT_EQ(tokenizer.decode({&end, 1}), "");
  EXPECT_FALSE(tokenizer.starts_word(end));
  const auto id = [](const char* piece) { return golden()["vocab"][piece].get<std::int32_t>(); };
  for (const char* start : {"\u0120", "\u0120the", ",", "'", "\u010A"})
    EXPECT_TRUE(tokenizer.starts_word(id(start))) << start;
  for (const char* inside : {"e", "re", "1", "\u00E6"}) EXPECT_FALSE(tokenizer.starts_word(id(inside))) << inside;
}

TEST(ByteLevelBpe, AnyBytesComeBack) {
  const Tokenizer tokenizer = small_gpt2();
  RandomStream random(1);
  for (int trial = 0; trial < 300; ++trial) {
    std::string text(random.below(40), '\0');
    for (char& c : text) c = static_cast<char>(random.below(256));
    EXPECT_EQ(tokenizer.decode_bytes(tokenizer.encode(text)), text);
  }
}

TEST(ByteLevelBpe, AWordOfAMillionLettersTakesNoTime) {
  const std::string word(1'000'000, 'e');
  EXPECT_EQ(small_gpt2().decode(small_gpt2().encode(word)), word);
}

TEST(ByteLevelBpe, VocabularyAndMergesOfTwoFiles) {
  const test::TemporaryFolder folder;
  std::string merges = "#version: 0.2\n";
  for (const json& merge : golden()["merges"]) merges += merge.get<std::string>() + "\n";
  write_file_atomically(folder / "vocab.json", golden()["vocab"].dump());
  EXPECT_THAT([&] { Tokenizer::from_file(folder / "vocab.json"); }, ThrowsMessage<FileError>(HasSubstr("merges.txt")));
  write_file_atomically(folder / "merges.txt", merges);
  const std::string text = "they're all here,  the 21st\n\n Straße";
  for (const auto& path : {folder.path(), folder / "vocab.json", folder / "merges.txt"}) {
    const Tokenizer tokenizer = Tokenizer::from_file(path);
    EXPECT_EQ(tokenizer.encode(text), small_gpt2().encode(text));
    const Tokenizer again = Tokenizer::from_serialized(tokenizer.serialized());
    EXPECT_EQ(again.serialized(), tokenizer.serialized());
    EXPECT_EQ(again.encode(text), tokenizer.encode(text));
  }
  const std::string before = Tokenizer::from_file(folder.path()).serialized();
  for (const auto& name : {"merges.txt", "vocab.json"})
    write_file_atomically(folder / name, "\xEF\xBB\xBF" + read_file(folder / name));
  EXPECT_EQ(Tokenizer::from_file(folder.path()).serialized(), before) << "byte order marks are skipped";
  // Every field that Hugging Face's AddedToken and ByteLevel have.
  const json written = json::parse(Tokenizer::from_file(folder.path()).serialized());
  EXPECT_EQ(written["added_tokens"], (json::array({{{"id", golden()["vocab"]["<|endoftext|>"]},
                                                    {"content", "<|endoftext|>"},
                                                    {"single_word", false},
                                                    {"lstrip", false},
                                                    {"rstrip", false},
                                                    {"normalized", false},
                                                    {"special", true}}})));
  const json words{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
  EXPECT_EQ(written["pre_tokenizer"], words);
  EXPECT_EQ(written["decoder"], words);
  EXPECT_EQ(written["model"]["vocab"], golden()["vocab"]);
  EXPECT_EQ(written["model"]["merges"], golden()["merges"]);
  std::string nested = "{\"a\":";
  for (const char c : {'[', ']'}) nested.append(200'000, c);
  write_file_atomically(folder / "vocab.json", nested + "}");
  EXPECT_THAT([&] { Tokenizer::from_file(folder.path()); }, ThrowsMessage<DataError>(HasSubstr("vocab.json: ")));
  write_file_atomically(folder / "vocab.json", golden()["vocab"].dump());
  write_file_atomically(folder / "merges.txt", merges + "lonely\n");
  EXPECT_THAT([&] { Tokenizer::from_file(folder.path()); }, ThrowsMessage<DataError>(HasSubstr("merges.txt:202: ")));
}

// As openai-community/gpt2 has it: no model.type, empty texts where newer files have null.
TEST(ByteLevelBpe, ReadsTheFileThatGpt2WasPublishedWith) {
  json published = tokenizer_json();
  published["model"].erase("type");
  published["model"].update(
      {{"dropout", nullptr}, {"unk_token", nullptr}, {"continuing_subword_prefix", ""}, {"end_of_word_suffix", ""}});
  const Tokenizer tokenizer = Tokenizer::from_serialized(published.dump());
  EXPECT_EQ(tokenizer.format(), TokenizerFormat::kByteLevelBpe);
  EXPECT_EQ(tokenizer.encode("they're all here"), small_gpt2().encode("they're all here"));
}

TEST(ByteLevelBpe, MergesMayBeLists) {
  json lists = tokenizer_json();
  for (json& merge : lists["model"]["merges"]) {
    const auto pair = merge.get<std::string>();
    merge = {pair.substr(0, pair.find(' ')), pair.substr(pair.find(' ') + 1)};
  }
  EXPECT_EQ(Tokenizer::from_serialized(lists.dump()).encode("the dog läuft"), small_gpt2().encode("the dog läuft"));
}

TEST(ByteLevelBpe, OtherFilesAreRefusedByName) {
  const auto refused = [](const json& file, const std::string& what) {
    EXPECT_THAT([&] { Tokenizer::from_serialized(file.dump(), "t.json"); },
                ThrowsMessage<DataError>(testing::AllOf(testing::StartsWith("t.json: "), HasSubstr(what))));
  };
  const auto with = [](const char* pointer, const json& value) {
    json file = tokenizer_json();
    file[json::json_pointer(pointer)] = value;
    return file;
  };
  refused(golden()["vocab"], "merges.txt");
  refused(with("/model/type", "Unigram"), "Unigram");
  refused(with("/pre_tokenizer/type", "Sequence"), "does not split text as GPT-2 does");
  refused(with("/pre_tokenizer/add_prefix_space", true), "does not split text as GPT-2 does");
  refused(with("/normalizer", {{"type", "NFC"}}), "does not split text as GPT-2 does");
  refused(with("/model/merges", "x"), "merges");
  refused(with("/model/merges/3", "x"), "merge 4 ");
  refused(with("/model/merges/3", "x yz"), R"(merge 4, of "x" and "yz")");
  refused(with("/model/vocab", json::array()), "vocab");
  refused(with("/model/vocab/a", -1), R"(the id of the piece "a")");
  refused(with("/model/vocab/a", 99'999'999), R"(the id of the piece "a")");
  refused(with("/model/vocab/a", 700), "no piece with the id");
  refused(with("/model/vocab/a", 5), "the same id");
  refused(with("/added_tokens", {{{"id", "x"}, {"content", "<pad>"}}}), "<pad>");
  refused(with("/added_tokens", {1}), "id of the piece");
  refused(with("/added_tokens", {{{"id", golden()["vocab"].size()}, {"content", "a"}}}),
          R"(the piece "a" has two ids)");
  refused(with("/model/type", "Uni\x1B[2Jgram"), "Uni\\u001B[2Jgram");
  json no_end = tokenizer_json();
  no_end["model"]["vocab"].erase("<|endoftext|>");
  refused(no_end, "<|endoftext|>");
  const std::string whole = tokenizer_json().dump();
  for (std::size_t size = 1; size < whole.size(); size += 499)
    EXPECT_THROW(Tokenizer::from_serialized(whole.substr(0, size)), DataError) << size;
}

}  // namespace
}  // namespace prenorm::text
