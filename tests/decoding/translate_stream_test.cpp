#include "prenorm/decoding/translate_stream.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "line_translator.h"
#include "prenorm/base/error.h"

namespace prenorm::decoding {
namespace {

using prenorm::testing::small_decode_config;
using prenorm::testing::SmallTranslator;

std::string translate_text(const SmallTranslator& small, const std::string& text, const StreamOptions& options = {}) {
  std::istringstream in(text);
  std::ostringstream out;
  translate_stream(small.lines, in, out, options);
  return out.str();
}

TEST(TranslateStream, WritesALineForEachLineInOrder) {
  const SmallTranslator small;
  std::string text, expected;
  for (const auto& line : test::sample_lines()) text += line + "\n\n";
  const auto translations = small.lines.translate(test::sample_lines());
  for (const auto& translation : translations) expected += translation[0].text + "\n\n";
  for (const std::int64_t chunk_lines : {1, 3, 4096}) {
    StreamOptions options;
    options.chunk_lines = chunk_lines;
    EXPECT_EQ(translate_text(small, text, options), expected);
  }
}

TEST(TranslateStream, TakesAnyEndOfLineAndAByteOrderMark) {
  const SmallTranslator small;
  const std::string expected = translate_text(small, "the cat\na dog\n");
  EXPECT_EQ(translate_text(small, "the cat\na dog"), expected);
  EXPECT_EQ(translate_text(small, "\xEF\xBB\xBFthe cat\r\na dog\r\n"), expected);
  EXPECT_EQ(translate_text(small, ""), "");
  EXPECT_EQ(translate_text(small, "\n"), "\n");
}

TEST(TranslateStream, NBestListsAreNumberedThroughChunks) {
  DecodeConfig config = small_decode_config();
  config.n_best = 2;
  const SmallTranslator small(config);
  StreamOptions options;
  options.chunk_lines = 2;
  const std::vector<std::string> lines{"the cat", "", "a dog"};
  std::string expected;
  const auto lists = small.lines.translate(lines);
  for (std::size_t i = 0; i < lists.size(); ++i)
    for (const Translation& t : lists[i]) expected += fmt::format("{} ||| {} ||| {:.6f}\n", i, t.text, t.score);
  EXPECT_EQ(translate_text(small, "the cat\n\na dog\n", options), expected);
  EXPECT_NE(expected.find("1 |||  ||| 0.000000\n"), std::string::npos);
}

TEST(TranslateStream, NamesTheLineThatIsWrongAndKeepsWhatCameBefore) {
  const SmallTranslator small;
  std::istringstream in("the cat\na dog\nc\xFFt\n");
  std::ostringstream out;
  StreamOptions options;
  options.name = "text.en";
  options.chunk_lines = 2;
  try {
    translate_stream(small.lines, in, out, options);
    FAIL();
  } catch (const DataError& error) {
    EXPECT_EQ(std::string(error.what()), "text.en:3: the line is not UTF-8; convert the text to UTF-8");
  }
  EXPECT_EQ(out.str(), translate_text(small, "the cat\na dog\n"));
}

TEST(TranslateStream, CountsLinesAndReportsProgress) {
  const SmallTranslator small;
  std::istringstream in("the cat\n\na dog\n\n\n");
  std::ostringstream out;
  std::int64_t done = 0;
  StreamOptions options;
  options.chunk_lines = 2;
  options.progress = [&](std::int64_t lines) {
    EXPECT_GE(lines, done);
    done = lines;
  };
  EXPECT_EQ(translate_stream(small.lines, in, out, options), 5);
  EXPECT_EQ(done, 5);
}

TEST(TranslateStream, RefusesALineWithoutEnd) {
  const SmallTranslator small;
  std::ifstream zeros("/dev/zero");
  if (!zeros) GTEST_SKIP() << "no /dev/zero here";
  std::ostringstream out;
  EXPECT_THROW(translate_stream(small.lines, zeros, out), DataError);
}

TEST(TranslateStream, SaysThatReadingOrWritingFails) {
  const SmallTranslator small;
  std::ostringstream out;
  std::ifstream folder(std::filesystem::temp_directory_path()), missing("/nonexistent/file");
  EXPECT_THROW(translate_stream(small.lines, folder, out), FileError);
  EXPECT_THROW(translate_stream(small.lines, missing, out), FileError);
  std::istringstream in("the cat\n");
  std::ofstream full("/dev/full");
  if (!full) GTEST_SKIP() << "no /dev/full here";
  EXPECT_THROW(translate_stream(small.lines, in, full), FileError);
}

}  // namespace
}  // namespace prenorm::decoding
