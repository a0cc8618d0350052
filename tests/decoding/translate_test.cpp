#include "prenorm/decoding/translate.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "line_translator.h"
#include "prenorm/base/error.h"

namespace prenorm::decoding {
namespace {

using prenorm::testing::small_decode_config;
using prenorm::testing::small_model_config;
using prenorm::testing::SmallTranslator;

std::vector<std::string> some_lines() {
  std::vector<std::string> lines = test::sample_lines();
  for (const char* line : {"cat", "", "the", "snow ☃ and 漢字", "  ", "the cat the cat the cat the cat the cat"})
    lines.emplace_back(line);
  return lines;
}

void expect_equal(const std::vector<Translation>& a, const std::vector<Translation>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].text, b[i].text);
    EXPECT_NEAR(a[i].log_probability, b[i].log_probability, 1e-10);
    EXPECT_NEAR(a[i].score, b[i].score, 1e-10);
    EXPECT_EQ(a[i].tokens, b[i].tokens);
  }
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(LineTranslator, GivesWhatTheSearchFinds) {
  const SmallTranslator small;
  const std::string line = "the dog ran";
  const auto ids = small.tokenizer.encode(line);
  const std::vector<std::int64_t> max_length{std::ssize(ids) + 5};
  const std::vector<std::vector<std::int32_t>> sentences{ids};
  const auto found = beam_search(small.model, batches::pack_sources(sentences, 2), max_length,
                                 {3, 1.0, 1, StopRule::kBeamFinished, 1, 2});
  const auto translations = small.lines.translate(std::vector<std::string>{line});
  ASSERT_EQ(translations.size(), 1U);
  const std::vector<std::int32_t> without_end(found[0][0].ids.begin(), found[0][0].ids.end() - 1);
  expect_equal(translations[0], {{small.tokenizer.decode(without_end), found[0][0].log_probability, found[0][0].score,
                                  std::ssize(found[0][0].ids)}});
}

TEST(LineTranslator, BatchesChangeNothing) {
  const std::vector<std::string> lines = some_lines();
  const SmallTranslator small;
  const auto together = small.lines.translate(lines);
  ASSERT_EQ(together.size(), lines.size());
  for (const std::int64_t max_tokens : {1, 60, 200}) {
    DecodeConfig config = small_decode_config();
    config.max_tokens = max_tokens;
    const auto batched = SmallTranslator(config).lines.translate(lines);
    for (std::size_t i = 0; i < lines.size(); ++i) expect_equal(batched[i], together[i]);
  }
  const auto reversed = small.lines.translate(std::vector<std::string>(lines.rbegin(), lines.rend()));
  for (std::size_t i = 0; i < lines.size(); ++i) expect_equal(reversed[lines.size() - 1 - i], together[i]);
}

TEST(LineTranslator, ThePaddedLoopGivesTheSame) {
  const std::vector<std::string> lines = some_lines();
  DecodeConfig config = small_decode_config();
  config.max_tokens = 100;
  const SmallTranslator small(config);
  const LineTranslator padded(small.model, small.tokenizer, small.tokenizer, config, SearchLoop::kPadded);
  const auto expected = small.lines.translate(lines), found = padded.translate(lines);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < lines.size(); ++i) expect_equal(found[i], expected[i]);
}

TEST(LineTranslator, ThreadsChangeNoBit) {
  std::vector<std::string> lines = some_lines();
  for (int i = 0; i < 3; ++i) lines.insert(lines.end(), lines.begin(), lines.end());
  DecodeConfig config = small_decode_config();
  config.max_tokens = 60;
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto expected = SmallTranslator(config).lines.translate(lines);
  at::set_num_threads(4);
  const SmallTranslator small(config);
  const auto found = small.lines.translate(lines);
  EXPECT_THROW(small.lines.translate(lines, {},
                                     [](std::int64_t done) {
                                       if (done > 20) throw std::runtime_error("enough");
                                     }),
               std::runtime_error);
  at::set_num_threads(threads);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(found[i][0].text, expected[i][0].text);
    EXPECT_EQ(found[i][0].score, expected[i][0].score);
  }
}

TEST(LineTranslator, BlankLinesStayBlank) {
  const SmallTranslator small;
  const std::vector<std::string> blank{"", " ", "\t", "\xC2\xA0\xE2\x80\x8B"};
  for (const auto& translations : small.lines.translate(blank)) expect_equal(translations, {{"", 0, 0, 0}});
  EXPECT_TRUE(small.lines.translate({}).empty());
}

TEST(LineTranslator, AnyCharacterIsTaken) {
  const SmallTranslator small;
  const std::vector<std::string> lines{"☃", "漢字 𝔘 🙂", std::string("a\0b", 3), "\u2581\u2581x"};
  EXPECT_EQ(small.lines.translate(lines).size(), 4U);
}

TEST(LineTranslator, NBestListsAreOrdered) {
  DecodeConfig config = small_decode_config();
  config.n_best = 3;
  const SmallTranslator small(config);
  const auto lists = small.lines.translate(test::sample_lines());
  const auto best = SmallTranslator().lines.translate(test::sample_lines());
  for (std::size_t i = 0; i < lists.size(); ++i) {
    ASSERT_EQ(lists[i].size(), 3U);
    EXPECT_GE(lists[i][0].score, lists[i][1].score);
    EXPECT_GE(lists[i][1].score, lists[i][2].score);
    expect_equal(best[i], {lists[i][0]});
  }
}

TEST(LineTranslator, LongLinesAreCutWithAWarning) {
  DecodeConfig config = small_decode_config();
  config.max_source_tokens = 4;
  const SmallTranslator small(config);
  std::string line;
  for (int i = 0; i < 20'000; ++i) line += "the cat ";
  auto ids = small.tokenizer.encode(line);
  ids.resize(4);
  ::testing::internal::CaptureStderr();
  const auto cut = small.lines.translate(std::vector<std::string>{"cat", line}, {"text.en", 7});
  const std::string warning = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(warning.find("text.en:8: the line has "), std::string::npos) << warning;
  EXPECT_NE(warning.find("cut to 4 (decode.max_source_tokens)"), std::string::npos) << warning;
  EXPECT_EQ(warning.find("text.en:7"), std::string::npos) << warning;
  const std::vector<std::string> short_line{small.tokenizer.decode(ids)};
  ASSERT_EQ(small.tokenizer.encode(short_line[0]), ids);
  expect_equal(cut[1], small.lines.translate(short_line)[0]);
}

TEST(LineTranslator, LearnedPositionsBoundBothSides) {
  ModelConfig model = small_model_config();
  model.positions = Positions::kLearned;
  model.max_positions = 6;
  DecodeConfig config = small_decode_config();
  config.max_length_offset = 1000;
  const SmallTranslator small(config, model);
  ::testing::internal::CaptureStderr();
  const auto translations = small.lines.translate(test::sample_lines());
  const std::string warning = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(translations.size(), test::sample_lines().size());
  EXPECT_NE(warning.find("cut to 5 (model.max_positions)"), std::string::npos) << warning;
}

TEST(LineTranslator, NamesALineThatIsNotUtf8) {
  const SmallTranslator small;
  const std::vector<std::string> lines{"cat", "c\xFFt"};
  EXPECT_EQ(message_of([&] {
              small.lines.translate(lines, {"text.en", 10});
            }),
            "text.en:11: the line is not UTF-8; convert the text to UTF-8");
}

TEST(LineTranslator, RefusesATokenizerOfAnotherModel) {
  const text::Tokenizer tokenizer = test::sample_tokenizer();
  const models::Translator model(small_model_config(), 70, 70, 1);
  EXPECT_EQ(message_of([&] { LineTranslator(model, tokenizer, tokenizer, {}); }),
            "the source tokenizer has 64 pieces but the model has embeddings for 70; use the tokenizer that the model "
            "was trained with");
}

TEST(LineTranslator, ProgressReachesAllLines) {
  DecodeConfig config = small_decode_config();
  config.max_tokens = 60;
  const SmallTranslator small(config);
  std::vector<std::int64_t> seen;
  small.lines.translate(some_lines(), {}, [&](std::int64_t lines) { seen.push_back(lines); });
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_GT(seen.size(), 3U);
  EXPECT_EQ(seen.front(), 2);
  EXPECT_EQ(seen.back(), std::ssize(some_lines()));
}

}  // namespace
}  // namespace prenorm::decoding
