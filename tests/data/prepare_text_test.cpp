#include "prenorm/data/prepare_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/sample_prepared_text.h"
#include "prenorm/base/error.h"

namespace prenorm::data {
namespace {

namespace fs = std::filesystem;
using test::SampleProse;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Ids = std::vector<std::int64_t>;

Ids encoded(std::initializer_list<const char*> lines, bool end = true) {
  Ids ids;
  for (const char* line : lines)
    for (const std::int32_t id : test::text_tokenizer().encode(line)) ids.push_back(id);
  if (end) ids.push_back(test::text_tokenizer().eos_id());
  return ids;
}

std::string decoded(const PreparedText& text) {
  Ids ids;
  text.append_tokens(0, text.tokens(), ids);
  return test::text_tokenizer().decode(std::vector<std::int32_t>(ids.begin(), ids.end()));
}

const char* const kText = "\xEF\xBB\xBF\n \nthe cat\nsat\r\n\n\na dog\n\t\ntwo dogs\nrun\n\n";

TEST(PrepareText, DocumentsAreTheTokensOfTheirLinesThenTheirEnd) {
  const SampleProse sample(kText);
  const PreparedText text = prepare_text(sample.recipe());
  ASSERT_EQ(text.documents(), 3);
  EXPECT_EQ(test::ids_of(text.document(0)), encoded({"the cat", "sat"}));
  EXPECT_EQ(test::ids_of(text.document(1)), encoded({"a dog"}));
  EXPECT_EQ(test::ids_of(text.document(2)), encoded({"two dogs", "run"}));
  EXPECT_EQ(text.line(0), 3);
  EXPECT_EQ(text.line(1), 7);
  EXPECT_EQ(text.line(2), 9);
  EXPECT_EQ(text.document_begin(3), text.tokens());
  for (std::int64_t place = 0; place < text.tokens(); ++place) {
    const std::int64_t document = text.document_at(place);
    EXPECT_LE(text.document_begin(document), place);
    EXPECT_GT(text.document_begin(document + 1), place);
  }
  EXPECT_EQ(text.manifest().separator, test::text_tokenizer().eos_id());
  EXPECT_EQ(text.manifest().counts.lines, 11);
}

TEST(PrepareText, LinesOrTheWholeFileAreDocuments) {
  SampleProse sample(kText);
  sample.rules.documents = Documents::kLines;
  const PreparedText lines = prepare_text(sample.recipe());
  EXPECT_EQ(lines.documents(), 5);
  EXPECT_EQ(test::ids_of(lines.document(4)), encoded({"run"}));
  sample.rules.documents = Documents::kOne;
  const PreparedText one = prepare_text(sample.recipe());
  EXPECT_EQ(one.documents(), 1);
  EXPECT_EQ(test::ids_of(one.document(0)), encoded({"the cat", "sat", "a dog", "two dogs", "run"}));
}

TEST(PrepareText, TokensGoOnAtTheBeginAfterTheEnd) {
  const SampleProse sample(kText);
  const PreparedText text = prepare_text(sample.recipe());
  Ids all, turned;
  text.append_tokens(0, text.tokens(), all);
  text.append_tokens(text.tokens() - 2, text.tokens(), turned);
  std::rotate(all.begin(), all.end() - 2, all.end());
  EXPECT_EQ(turned, all);
}

TEST(PrepareText, AStreamDecodesToTheText) {
  for (const std::string& content :
       {std::string("the cat\n\n\n sat  on\t\nnaïve 日本語。\n"), std::string("x\n"), std::string("\n\na")}) {
    const SampleProse sample(content, TextShape::kStream);
    const PreparedText text = prepare_text(sample.recipe());
    const std::string expected = content.ends_with('\n') ? content : content + "\n";
    EXPECT_EQ(decoded(text), expected);
    EXPECT_EQ(text.manifest().counts.bytes, std::ssize(expected));
    EXPECT_EQ(text.manifest().separator, -1);
  }
}

TEST(PrepareText, AStreamIsTokenizedAsInOnePiece) {
  RandomStream random(3);
  std::string content;
  for (int i = 0; i < 3000; ++i)
    content += test::sample_lines()[random.below(8)] + (random.below(4) == 0   ? " \n\n"
                                                        : random.below(3) == 0 ? "\n\n"
                                                                               : "\n");
  const SampleProse sample(content, TextShape::kStream);
  const PreparedText text = prepare_text(sample.recipe());
  EXPECT_GT(text.documents(), 20);
  Ids ids;
  text.append_tokens(0, text.tokens(), ids);
  const auto whole = test::text_tokenizer().encode_text(content);
  EXPECT_EQ(ids, Ids(whole.begin(), whole.end()));
  EXPECT_EQ(decoded(text), content);
  const std::int64_t line = text.line(text.documents() / 2);
  EXPECT_GT(line, 100);
}

TEST(PrepareText, DependsOnNeitherThreadsNorCompression) {
  std::string content;
  for (int i = 0; i < 20'000; ++i) content += test::sample_lines()[i % 7] + (i % 11 == 0 ? "\n\n" : "\n");
  for (const TextShape shape : {TextShape::kDocuments, TextShape::kStream}) {
    const SampleProse plain(content, shape), packed("", shape);
    test::write_gzip(packed.path(), content);
    TextRecipe one = plain.recipe(), many = packed.recipe();
    one.threads = 1;
    many.threads = 5;
    const PreparedText a = prepare_text(one), b = prepare_text(many);
    for (const char* name : {"text.ids", "text.offsets", "lines"})
      EXPECT_EQ(a.manifest().files.at(name).hash, b.manifest().files.at(name).hash) << name;
  }
}

TEST(PrepareText, IsReusedWhileTextTokenizerAndRulesAreTheSame) {
  SampleProse sample(kText);
  const fs::path folder = prepare_text(sample.recipe()).folder();
  const auto made = fs::last_write_time(folder / "manifest.json");
  EXPECT_EQ(fs::last_write_time(prepare_text(sample.recipe()).folder() / "manifest.json"), made);
  sample.rules.documents = Documents::kLines;
  EXPECT_NE(prepare_text(sample.recipe()).folder(), folder);
  TextRecipe stream = sample.recipe();
  stream.shape = TextShape::kStream;
  EXPECT_NE(prepare_text(stream).folder(), folder);
  sample.rules.documents = Documents::kBlankLines;
  TextRecipe other = sample.recipe();
  other.tokenizer = test::sample_tokenizer();
  EXPECT_NE(prepare_text(other).folder(), folder);
  test::write_text(sample.path(), "the dog\n\nruns\n");
  EXPECT_NE(prepare_text(sample.recipe()).folder(), folder);
}

TEST(PrepareText, ADamagedFolderIsMadeAgain) {
  const SampleProse sample(kText);
  const fs::path folder = prepare_text(sample.recipe()).folder();
  testing::internal::CaptureStderr();
  for (const char* name : {"text.ids", "text.offsets", "lines", "manifest.json"}) {
    fs::resize_file(folder / name, fs::file_size(folder / name) - 1);
    EXPECT_EQ(prepare_text(sample.recipe()).documents(), 3) << name;
    fs::remove(folder / name);
    EXPECT_EQ(prepare_text(sample.recipe()).documents(), 3) << name;
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("creating it again"));
}

TEST(PrepareText, LinesThatAreNotUtf8AreRefusedOrDropped) {
  SampleProse sample("the cat\n\na \xff\ndog\n");
  EXPECT_THAT([&] { prepare_text(sample.recipe()); },
              ThrowsMessage<DataError>(AllOf(HasSubstr("prose.txt:3: not valid UTF-8"), HasSubstr("invalid_utf8"))));
  sample.rules.invalid_utf8 = BadPairRule::kDrop;
  const PreparedText text = prepare_text(sample.recipe());
  EXPECT_EQ(text.manifest().counts.invalid_utf8.count, 1);
  EXPECT_EQ(text.manifest().counts.invalid_utf8.first, sample.path().string() + ":3");
  EXPECT_EQ(test::ids_of(text.document(1)), encoded({"dog"}));
}

TEST(PrepareText, TextWithoutEmptyLinesOrWithoutTextIsRefusedAndLeavesNothing) {
  for (const char* content : {"the cat\nsat\n", "x\n", "\n\nthe cat\n\n\n"}) {
    const SampleProse sample(content);
    EXPECT_THAT(
        [&] { prepare_text(sample.recipe()); },
        ThrowsMessage<DataError>(sample.path().string() + ": no empty line separates documents; put one between "
                                                          "documents, or set data.documents to \"lines\" or \"one\""));
    for (const auto& entry : fs::directory_iterator(sample.prepared())) EXPECT_FALSE(entry.is_directory());
  }
  for (const char* content : {"", "\n \n\t\n"}) {
    const SampleProse sample(content);
    EXPECT_THAT([&] { prepare_text(sample.recipe()); }, ThrowsMessage<DataError>(HasSubstr("contains no text")));
  }
  const SampleProse sample("", TextShape::kStream);
  EXPECT_THAT([&] { prepare_text(sample.recipe()); }, ThrowsMessage<DataError>(HasSubstr("contains no text")));
}

}  // namespace
}  // namespace prenorm::data
