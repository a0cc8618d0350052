#include "prenorm/metrics/chrf.h"

#include <gtest/gtest.h>

#include <vector>

#include "metrics/random_text.h"
#include "prenorm/base/error.h"

namespace prenorm::metrics {
namespace {

using Lines = std::vector<std::string>;

ChrfScore chrf(const Lines& hypotheses, const Lines& references, ChrfOptions options = {}) {
  return corpus_chrf(hypotheses, references, options);
}

TEST(Chrf, IdenticalIsExactlyOneHundred) {
  const Lines lines{"A man, (here).", "", "日本語"};
  for (const std::size_t word_order : {0, 1, 2}) EXPECT_EQ(chrf(lines, lines, {word_order, false}).score, 100.0);
}

TEST(Chrf, ByHand) {
  // Characters 2/3, 1/2 and 0 on both sides; no order above 3 occurs. chrF++ adds a word order without a match.
  EXPECT_NEAR(chrf({"abc"}, {"abd"}).score, 100 * (2.0 / 3 + 1.0 / 2) / 3, 1e-12);
  EXPECT_NEAR(chrf({"abc"}, {"abd"}, {2, false}).score, 100 * (2.0 / 3 + 1.0 / 2) / 4, 1e-12);
  // Precision 1/2, recall 1: F of beta 2.
  EXPECT_NEAR(chrf({"ab"}, {"a"}).score, 100 * 5 * 0.5 / (4 * 0.5 + 1), 1e-12);
}

TEST(Chrf, WordsLoseOneMarkEach) {
  // "(hi" and ")" against "hi": no word matches; of '"x"' only the closing mark is cut off.
  EXPECT_NEAR(chrf({"(hi) \"x\""}, {"hi x"}, {1, false}).score, 28.75766871165644, 1e-9);
  EXPECT_NEAR(chrf({"the cat sat."}, {"the cat sits."}, {2, false}).score, 54.977422948526346, 1e-9);
}

TEST(Chrf, BlanksDoNotCount) {
  EXPECT_EQ(chrf({"a b\u3000c \r"}, {"abc"}).score, 100.0);
  EXPECT_LT(chrf({"a b c"}, {"abc"}, {2, false}).score, 100.0);
}

TEST(Chrf, OrdersThatTheReferenceIsTooShortForDoNotCount) {
  EXPECT_NEAR(chrf({"abcdefgh", "q"}, {"ab", "q"}).score, 60.975609756097555, 1e-9);
}

TEST(Chrf, EmptyLines) {
  EXPECT_EQ(chrf({"", ""}, {"a", "b"}).score, 0);
  EXPECT_EQ(chrf({"a", "b"}, {"", ""}).score, 0);
  EXPECT_EQ(chrf({""}, {""}).score, 0);
}

TEST(Chrf, CaseNamesAndSignatures) {
  const ChrfScore lower = chrf({"ÄRGER"}, {"ärger"}, {2, true});
  EXPECT_EQ(lower.score, 100.0);
  EXPECT_EQ(lower.name, "chrF2++");
  EXPECT_EQ(lower.signature, "nrefs:1|case:lc|eff:yes|nc:6|nw:2|space:no|version:2.5.1");
  const ChrfScore mixed = chrf({"ÄRGER"}, {"ärger"});
  EXPECT_EQ(mixed.score, 0);
  EXPECT_EQ(mixed.name, "chrF2");
  EXPECT_EQ(mixed.signature, "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.5.1");
}

TEST(Chrf, RefusesWhatCannotBeScored) {
  EXPECT_THROW(chrf({"a"}, {"a", "b"}), DataError);
  EXPECT_THROW(chrf({}, {}), DataError);
  EXPECT_THROW(chrf({"\xff"}, {"a"}), DataError);
  EXPECT_THROW(chrf({"a"}, {"a"}, {kChrfMaxWordOrder + 1, false}), UsageError);
}

TEST(Chrf, InBoundsAndIndependentOfTheOrderOfLines) {
  RandomStream random(12);
  for (int round = 0; round < 100; ++round) {
    const std::size_t count = 1 + random.below(6);
    Lines hypotheses = random_lines(random, count, 25), references = random_lines(random, count, 25);
    const ChrfOptions options{random.below(3), random.below(2) == 1};
    const double score = chrf(hypotheses, references, options).score;
    EXPECT_GE(score, 0);
    EXPECT_LE(score, 100);
    std::swap(hypotheses.front(), hypotheses.back());
    std::swap(references.front(), references.back());
    EXPECT_EQ(chrf(hypotheses, references, options).score, score);
  }
}

// In a moment: quadratic work would take minutes.
TEST(Chrf, AVeryLongLineIsScored) {
  std::string line;
  RandomStream random(4);
  for (int i = 0; i < 100'000; ++i) line += std::to_string(random.below(1000)) + " ";
  EXPECT_EQ(chrf({line}, {line}, {2, false}).score, 100.0);
}

}  // namespace
}  // namespace prenorm::metrics
