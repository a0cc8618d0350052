#include "prenorm/metrics/bleu.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/random_text.h"
#include "prenorm/base/error.h"

namespace prenorm::metrics {
namespace {

using Lines = std::vector<std::string>;

BleuScore bleu(const Lines& hypotheses, const Lines& references, BleuOptions options = {}) {
  return corpus_bleu(hypotheses, references, options);
}

constexpr std::array<BleuTokenizer, 4> kTokenizers{BleuTokenizer::k13a, BleuTokenizer::kIntl, BleuTokenizer::kChar,
                                                   BleuTokenizer::kNone};

TEST(Bleu, IdenticalIsExactlyOneHundred) {
  const Lines lines{"A man, 3.5 m tall, is « here ».", "", "日本語のテキスト です ."};
  for (const BleuTokenizer tokenizer : kTokenizers) {
    const BleuScore score = bleu(lines, lines, {tokenizer, false});
    EXPECT_EQ(score.score, 100.0);
    EXPECT_EQ(score.brevity_penalty, 1.0);
  }
}

TEST(Bleu, OneLineByHand) {
  const BleuScore score = bleu({"a b c d e"}, {"a b c d f"});
  const std::array<double, 4> precisions{80, 75, 200.0 / 3, 50};
  for (std::size_t n = 0; n < 4; ++n) EXPECT_NEAR(score.precisions[n], precisions[n], 1e-12);
  EXPECT_NEAR(score.score, std::pow(80 * 75 * (200.0 / 3) * 50, 0.25), 1e-9);
}

TEST(Bleu, OrdersWithoutMatchesAreSmoothed) {
  // 1-grams 3 of 5, 2-grams 1 of 4, then no match: 1/2 of 3 and 1/4 of 2.
  const BleuScore score = bleu({"a a a a a"}, {"a a b a"});
  const std::array<double, 4> precisions{60, 25, 50.0 / 3, 12.5};
  for (std::size_t n = 0; n < 4; ++n) EXPECT_NEAR(score.precisions[n], precisions[n], 1e-12);
  EXPECT_NEAR(score.score, 23.643540225079384, 1e-9);
}

TEST(Bleu, AShortHypothesisIsPenalised) {
  const BleuScore score = bleu({"a b c d e", ""}, {"a b c d e", "x y"});
  EXPECT_NEAR(score.brevity_penalty, std::exp(1 - 7.0 / 5), 1e-15);
  EXPECT_NEAR(score.score, 67.03200460356396, 1e-9);
  EXPECT_EQ(score.hypothesis_length, 5);
  EXPECT_EQ(score.reference_length, 7);
}

TEST(Bleu, NoFourGramsMeansZero) {
  const BleuScore score = bleu({"the cat"}, {"the cat sat on the mat"});
  EXPECT_EQ(score.score, 0);
  EXPECT_EQ(score.precisions, (std::array<double, 4>{100, 100, 0, 0}));
}

TEST(Bleu, NothingInCommonMeansZero) {
  const BleuScore score = bleu({"a b c d e"}, {"v w x y z"});
  EXPECT_EQ(score.score, 0);
  EXPECT_EQ(score.precisions, (std::array<double, 4>{}));
  EXPECT_EQ(score.brevity_penalty, 1);
}

TEST(Bleu, EmptyLines) {
  const BleuScore empty_hypotheses = bleu({"", " "}, {"a b", "c"});
  EXPECT_EQ(empty_hypotheses.score, 0);
  EXPECT_EQ(empty_hypotheses.brevity_penalty, 0);
  EXPECT_EQ(empty_hypotheses.reference_length, 3);
  // An empty reference is one without tokens.
  EXPECT_NEAR(bleu({"a b c d", "x"}, {"", "x"}).score, 15.106876986783844, 1e-9);
  EXPECT_EQ(bleu({"", ""}, {"", ""}).score, 0);
}

TEST(Bleu, BlanksAtTheEndAndCarriageReturnsDoNotCount) {
  for (const BleuTokenizer tokenizer : kTokenizers) {
    const BleuScore score =
        bleu({"I have 3. \t", "so it is in 5.\r"}, {"I have 3.", "so it is in 5."}, {tokenizer, false});
    EXPECT_EQ(score.score, 100.0);
  }
}

TEST(Bleu, Case) {
  const Lines hypotheses{"ÄRGER IN DER STRAẞE"}, references{"ärger in der straße"};
  EXPECT_EQ(bleu(hypotheses, references).score, 0);
  const BleuScore score = bleu(hypotheses, references, {BleuTokenizer::kIntl, true});
  EXPECT_EQ(score.score, 100.0);
  EXPECT_EQ(score.signature, "nrefs:1|case:lc|eff:no|tok:intl|smooth:exp|version:2.5.1");
}

TEST(Bleu, RefusesWhatCannotBeScored) {
  EXPECT_THROW(bleu({"a"}, {"a", "b"}), DataError);
  EXPECT_THROW(bleu({}, {}), DataError);
  try {
    bleu({"a", "b"}, {"a", "caf\xe9"});
    FAIL() << "accepted";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("reference line 2"), std::string::npos) << error.what();
  }
}

TEST(Bleu, InBoundsAndIndependentOfTheOrderOfLines) {
  RandomStream random(11);
  for (int round = 0; round < 100; ++round) {
    const std::size_t count = 1 + random.below(6);
    Lines hypotheses = random_lines(random, count, 25), references = random_lines(random, count, 25);
    const BleuOptions options{kTokenizers[random.below(4)], random.below(2) == 1};
    const double score = bleu(hypotheses, references, options).score;
    EXPECT_GE(score, 0);
    EXPECT_LE(score, 100);
    for (std::size_t i = count; i > 1; --i) {
      const std::size_t other = random.below(i);
      std::swap(hypotheses[i - 1], hypotheses[other]);
      std::swap(references[i - 1], references[other]);
    }
    EXPECT_EQ(bleu(hypotheses, references, options).score, score);
  }
}

// In a moment: quadratic work would take minutes.
TEST(Bleu, AVeryLongLineIsScored) {
  std::string same, varied;
  RandomStream random(3);
  for (int i = 0; i < 100'000; ++i) {
    same += "a ";
    varied += std::to_string(random.below(1000)) + " ";
  }
  EXPECT_EQ(bleu({same, varied}, {same, varied}).score, 100.0);
}

}  // namespace
}  // namespace prenorm::metrics
