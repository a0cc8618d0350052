#include "prenorm/data/parallel_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/sample_corpus.h"
#include "prenorm/base/error.h"

namespace prenorm::data {
namespace {

using test::SampleText;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

// Reads a text with one token a byte; gives the kept lines.
std::vector<std::string> read_all(ParallelText& text) {
  std::vector<std::string> kept;
  for (TextPair pair; text.next(pair);)
    if (text.admit(pair.line, std::ssize(pair.source), std::ssize(pair.target)))
      kept.push_back(fmt::format("{}:{}|{}", pair.line, pair.source, pair.target));
  text.finish();
  return kept;
}

std::vector<std::string> read_all(const SampleText& sample) {
  ParallelText text(sample.source(), sample.target(), sample.rules);
  return read_all(text);
}

DataConfig dropping() {
  DataConfig rules;
  rules.empty_side = rules.too_long = rules.invalid_utf8 = BadPairRule::kDrop;
  return rules;
}

TEST(ParallelText, ReadsPlainAndGzip) {
  const SampleText sample("a\r\nb\nc", "");
  test::write_gzip(sample.target(), "A\nB\nC\n");
  EXPECT_THAT(read_all(sample), ElementsAre("1:a|A", "2:b|B", "3:c|C"));
}

TEST(ParallelText, DifferentLineCountsNameBothFilesAndCounts) {
  for (const auto& [source, target] :
       {std::pair("a\nb\nc\n", "A\nB\n"), std::pair("a\n", "A\nB\n\n"), std::pair("", "A\n")}) {
    SampleText sample(source, target);
    sample.rules = dropping();
    const auto lines = [](std::string_view text) { return std::count(text.begin(), text.end(), '\n'); };
    EXPECT_THAT(
        [&] { read_all(sample); },
        ThrowsMessage<DataError>(HasSubstr(fmt::format("{} has {} lines, {} has {}", sample.source().string(),
                                                       lines(source), sample.target().string(), lines(target)))));
  }
}

TEST(ParallelText, EmptyOrMissingFilesAreRefused) {
  const SampleText sample("", "");
  EXPECT_THAT([&] { read_all(sample); }, ThrowsMessage<DataError>(HasSubstr("both files are empty")));
  std::filesystem::remove(sample.target());
  EXPECT_THAT([&] { read_all(sample); }, ThrowsMessage<FileError>(HasSubstr(sample.target().string())));
}

TEST(ParallelText, EachFaultIsDroppedCountedAndPlaced) {
  SampleText sample(
      "\xEF\xBB\xBF"
      "a\n \nc\n\xff\ne\nf\n\u3000\nhhhhh\nij\n",
      "\xEF\xBB\xBF"
      "A\nB\n\t\nD\n\xc0\x80\nFFFFF\n\xff\nH\nIJ");
  sample.rules = dropping();
  sample.rules.max_source_tokens = sample.rules.max_target_tokens = 4;
  ParallelText text(sample.source(), sample.target(), sample.rules);
  EXPECT_THAT(read_all(text), ElementsAre("1:a|A", "9:ij|IJ"));
  const TextReport& report = text.report();
  EXPECT_EQ(report.pairs_read, 9);
  EXPECT_EQ(report.pairs_kept, 2);
  EXPECT_EQ(report.empty.count, 2);
  EXPECT_EQ(report.empty.first, sample.source().string() + ":2");
  EXPECT_EQ(report.invalid_utf8.count, 3);
  EXPECT_EQ(report.invalid_utf8.first, sample.source().string() + ":4");
  EXPECT_EQ(report.too_long.count, 2);
  EXPECT_EQ(report.too_long.first, sample.target().string() + ":6");
  EXPECT_THAT(report_lines(report),
              ElementsAre("2 of 9 sentence pairs kept", HasSubstr("3 dropped: not UTF-8 (first: "),
                          HasSubstr("2 dropped: a side is empty"), HasSubstr("2 dropped: a side is too long")));
}

TEST(ParallelText, EachFaultIsRefusedByFileAndLine) {
  SampleText sample("a\n\n", "A\nB\n");
  sample.rules.empty_side = sample.rules.too_long = BadPairRule::kRefuse;
  sample.rules.max_target_tokens = 3;
  const auto refused = [&](const std::string& place, const std::string& key) {
    EXPECT_THAT([&] { read_all(sample); },
                ThrowsMessage<DataError>(AllOf(HasSubstr(place), HasSubstr("data." + key + " = \"drop\""))));
  };
  refused(sample.source().string() + ":2: the sentence is empty", "empty_side");
  test::write_text(sample.source(), "a\nb\n");
  test::write_text(sample.target(), "A\nB\xfe\n");
  refused(sample.target().string() + ":2: not valid UTF-8", "invalid_utf8");
  test::write_text(sample.target(), "AAAA\nB\n");
  refused(sample.target().string() + ":1: the sentence has 4 tokens, more than data.max_target_tokens = 3", "too_long");
}

TEST(ParallelText, ALineOfMegabytesIsTooLongUnseen) {
  SampleText sample(std::string(3 << 20, 'x') + "\nb\n", "A\nB\n");
  ParallelText text(sample.source(), sample.target(), sample.rules);
  EXPECT_THAT(read_all(text), ElementsAre("2:b|B"));
  EXPECT_EQ(text.report().too_long.first, sample.source().string() + ":1");
}

TEST(ParallelText, NulBytesAreText) {
  using namespace std::string_literals;
  const SampleText sample("a\0b\nc\n"s, "A\nC\n");
  EXPECT_THAT(read_all(sample), ElementsAre("1:a\0b|A"s, "2:c|C"));
}

TEST(ParallelText, FirstIsTheFirstLineInWhateverOrderFaultsAreSeen) {
  SampleText sample("a\n" + std::string(5000, 'x') + "\nc\n", "A\nB\nC\n");
  sample.rules.max_source_tokens = 1;
  ParallelText text(sample.source(), sample.target(), sample.rules);
  TextPair pair;
  while (text.next(pair)) {
  }
  EXPECT_EQ(text.report().too_long.first, sample.source().string() + ":2");
  text.admit(1, 2, 1);
  text.admit(3, 1, 1);
  EXPECT_EQ(text.report().too_long.first, sample.source().string() + ":1");
}

TEST(ParallelText, ACorpusWithoutUsablePairsIsRefusedWithTheReasons) {
  SampleText sample("\n\n\xff\n", "A\nB\nC\n");
  sample.rules = dropping();
  EXPECT_THAT(
      [&] { read_all(sample); },
      ThrowsMessage<DataError>(AllOf(HasSubstr("no sentence pair is usable: 0 of 3 sentence pairs kept"),
                                     HasSubstr("1 dropped: not UTF-8"), HasSubstr("2 dropped: a side is empty"))));
}

TEST(ParallelText, CountsAddUpOnRandomText) {
  RandomStream random(3);
  constexpr std::string_view kPieces[] = {"a", "bb", " ", "\n", "\n", "\xff", "é", ""};
  for (int trial = 0; trial < 30; ++trial) {
    std::string sides[2];
    for (std::string& side : sides) {
      for (int line = 0; line < 20; ++line) {
        for (std::uint64_t left = random.below(4); left > 0; --left) {
          const std::string_view piece = kPieces[random.below(std::size(kPieces))];
          if (piece != "\n") side += piece;
        }
        side += "\n";
      }
    }
    SampleText sample("a\n" + sides[0], "A\n" + sides[1]);
    sample.rules = dropping();
    sample.rules.max_source_tokens = sample.rules.max_target_tokens = 3;
    ParallelText text(sample.source(), sample.target(), sample.rules);
    const auto kept = read_all(text);
    const TextReport& report = text.report();
    EXPECT_EQ(report.pairs_read, 21);
    EXPECT_EQ(report.pairs_kept, std::ssize(kept));
    EXPECT_EQ(report.pairs_read,
              report.pairs_kept + report.empty.count + report.too_long.count + report.invalid_utf8.count);
  }
}

}  // namespace
}  // namespace prenorm::data
