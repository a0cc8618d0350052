#include "prenorm/metrics/classification.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace prenorm::metrics {
namespace {

using Classes = std::vector<std::int64_t>;
using Numbers = std::vector<double>;

// From NumPy: precision and recall by their definitions, Matthews' correlation as that of 0s and 1s.
TEST(ClassScores, OfTwoClasses) {
  const Classes predicted{1, 0, 1, 1, 0, 1, 0, 0, 1, 1}, right{1, 0, 0, 1, 1, 1, 0, 1, 1, 0};
  EXPECT_DOUBLE_EQ(accuracy(predicted, right), 0.6);
  EXPECT_NEAR(f1(predicted, right), 2.0 / 3, 1e-15);
  EXPECT_NEAR(matthews(predicted, right), 1.0 / 6, 1e-15);
  EXPECT_DOUBLE_EQ(matthews(predicted, right), matthews(right, predicted));
}

// From NumPy: the correlation of the two one-hot matrices.
TEST(ClassScores, MatthewsOfThreeClasses) {
  const Classes predicted{0, 2, 1, 1, 0, 2, 2, 1}, right{0, 1, 1, 2, 0, 2, 2, 0};
  EXPECT_NEAR(matthews(predicted, right), 0.4523809523809524, 1e-15);
}

// The example of scikit-learn's matthews_corrcoef, whose value its documentation gives as -0.33.
TEST(ClassScores, MatthewsOfScikitLearnsExample) {
  EXPECT_NEAR(matthews(Classes{1, 0, 1, 1}, Classes{1, 1, 1, 0}), -1.0 / 3, 1e-15);
}

TEST(ClassScores, OfWhatIsRightAndWrongThroughout) {
  const Classes a{0, 1, 1, 0}, b{1, 0, 0, 1};
  EXPECT_EQ(accuracy(a, a), 1);
  EXPECT_EQ(f1(a, a), 1);
  EXPECT_EQ(matthews(a, a), 1);
  EXPECT_EQ(accuracy(a, b), 0);
  EXPECT_EQ(f1(a, b), 0);
  EXPECT_EQ(matthews(a, b), -1);
}

TEST(ClassScores, TheMajorityClassAlone) {
  const Classes ones{1, 1, 1, 1}, right{1, 1, 1, 0};
  EXPECT_EQ(accuracy(ones, right), 0.75);
  EXPECT_NEAR(f1(ones, right), 6.0 / 7, 1e-15);
  EXPECT_EQ(matthews(ones, right), 0) << "not defined";
  EXPECT_EQ(f1(Classes{0, 0}, Classes{0, 0}), 0) << "not defined";
  EXPECT_EQ(f1(Classes{0, 0}, Classes{1, 0}), 0);
}

TEST(ClassScores, OfNothingAreZero) {
  for (const auto score : {accuracy, f1, matthews}) EXPECT_EQ(score(Classes{}, Classes{}), 0);
  for (const auto score : {pearson, spearman}) EXPECT_EQ(score(Numbers{}, Numbers{}), 0);
}

// Examples of SciPy's documentation of pearsonr and spearmanr, with the values given there.
TEST(Correlations, OfSciPysExamples) {
  EXPECT_NEAR(pearson(Numbers{1, 2, 3, 4, 5, 6, 7}, Numbers{10, 9, 2.5, 6, 4, 3, 2}), -0.8285038835884279, 1e-14);
  EXPECT_NEAR(spearman(Numbers{1, 2, 3, 4, 5}, Numbers{5, 6, 7, 8, 7}), 0.8207826816681233, 1e-14);
}

// From NumPy: corrcoef, of the values and of their ranks, which are counted one by one.
TEST(Correlations, WithTies) {
  const Numbers x{0.5, 3.25, 3.25, -1, 7, 2}, y{1, 4, 2, 0, 4, 4};
  EXPECT_NEAR(pearson(x, y), 0.763536070523956, 1e-14);
  EXPECT_NEAR(spearman(x, y), 0.7700513795421218, 1e-14);
}

TEST(Correlations, KnowScaleAndOrder) {
  const Numbers x{1, 2, 3, 4}, line{-1, 1, 3, 5}, growing{1, 10, 100, 1e6}, falling{4, 3, 2, 1};
  EXPECT_DOUBLE_EQ(pearson(x, line), 1);
  EXPECT_LT(pearson(x, growing), 0.9);
  EXPECT_DOUBLE_EQ(spearman(x, growing), 1);
  EXPECT_DOUBLE_EQ(spearman(x, falling), -1);
}

TEST(Correlations, NotDefinedIsZero) {
  const Numbers x{1, 2, 3};
  for (const auto score : {pearson, spearman}) {
    // The mean of three times 0.1 is not 0.1.
    for (const Numbers& same : {Numbers{2, 2, 2}, Numbers{0.1, 0.1, 0.1}}) {
      EXPECT_EQ(score(same, x), 0);
      EXPECT_EQ(score(x, same), 0);
      EXPECT_EQ(score(same, same), 0);
    }
    EXPECT_EQ(score(Numbers{1, std::numeric_limits<double>::quiet_NaN(), 2}, x), 0);
    EXPECT_EQ(score(Numbers{1, std::numeric_limits<double>::infinity(), 2}, x), 0);
    EXPECT_EQ(score(Numbers{1}, Numbers{1}), 0);
  }
}

}  // namespace
}  // namespace prenorm::metrics
