// Golden numbers: NumPy 1.24, from one-hot covariances, corrcoef and ranks by pairwise comparison.
#include "prenorm/metrics/classification.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "prenorm/base/error.h"

namespace prenorm::metrics {
namespace {

using Labels = std::vector<std::int64_t>;
using Numbers = std::vector<double>;

TEST(Classification, AgainstNumpy) {
  Labels predicted, right, predicted_two, right_two;
  for (int i = 0; i < 50; ++i) {
    predicted.push_back(i * 7 % 11 % 3);
    right.push_back(i * i % 13 % 3);
    predicted_two.push_back(predicted.back() > 0);
    right_two.push_back(right.back() > 0);
  }
  EXPECT_NEAR(accuracy(predicted, right), 0.36, 1e-15);
  EXPECT_NEAR(matthews(predicted, right), -0.019662455918842147, 1e-14);
  EXPECT_NEAR(matthews(predicted_two, right_two), -0.053125370863983265, 1e-14);
  EXPECT_NEAR(f1(predicted_two, right_two), 0.4905660377358491, 1e-15);
  Numbers x, y;
  for (int i = 0; i < 40; ++i) {
    x.push_back((i * 37 % 101) / 10.0);
    y.push_back(i * i % 17);
  }
  EXPECT_NEAR(pearson(x, y), 0.3713935425805703, 1e-14);
  EXPECT_NEAR(spearman(x, y), 0.36675896455927676, 1e-14);
}

// The examples of scikit-learn's documentation of matthews_corrcoef, and one F1 by hand.
TEST(Classification, ByHand) {
  EXPECT_NEAR(matthews(Labels{1, 0, 1, 1}, Labels{1, 1, 1, 0}), -1.0 / 3, 1e-15);
  EXPECT_NEAR(f1(Labels{1, 0, 1, 1}, Labels{1, 1, 1, 0}), 2.0 / 3, 1e-15);
  EXPECT_NEAR(f1(Labels{1, 0, 1, 1}, Labels{1, 1, 1, 0}, 0), 0, 0);
  EXPECT_NEAR(spearman(Numbers{1, 2, 3, 4}, Numbers{1, 8, 27, 1000}), 1, 1e-15);
  EXPECT_NEAR(spearman(Numbers{1, 2, 3}, Numbers{3, 2, 1}), -1, 1e-15);
  EXPECT_NEAR(spearman(Numbers{1, 1, 2}, Numbers{1, 2, 3}), 1.5 / std::sqrt(1.5 * 2), 1e-15);
}

TEST(Classification, WhatIsNotDefinedIsZero) {
  EXPECT_EQ(f1(Labels{0, 0}, Labels{0, 0}), 0);
  EXPECT_EQ(matthews(Labels{1, 1, 1}, Labels{0, 1, 0}), 0);
  EXPECT_EQ(matthews(Labels{0, 1}, Labels{1, 1}), 0);
  EXPECT_EQ(matthews(Labels{0}, Labels{0}), 0);
  EXPECT_EQ(pearson(Numbers{0.1, 0.1, 0.1}, Numbers{1, 2, 3}), 0);
  EXPECT_EQ(spearman(Numbers{1, 2}, Numbers{7, 7}), 0);
  EXPECT_EQ(pearson(Numbers{1}, Numbers{1}), 0);
}

TEST(Classification, PerfectOppositeAndNotANumber) {
  EXPECT_EQ(accuracy(Labels{2, 0}, Labels{2, 0}), 1);
  EXPECT_EQ(f1(Labels{1, 0}, Labels{1, 0}), 1);
  EXPECT_EQ(matthews(Labels{1, 0}, Labels{1, 0}), 1);
  EXPECT_EQ(matthews(Labels{1, 0}, Labels{0, 1}), -1);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(pearson(Numbers{1, nan}, Numbers{1, 2})));
  EXPECT_TRUE(std::isnan(spearman(Numbers{nan, nan}, Numbers{1, 2})));
}

TEST(Classification, SidesMustMatch) {
  EXPECT_THROW(accuracy(Labels{1}, Labels{1, 2}), DataError);
  EXPECT_THROW(spearman(Numbers{}, Numbers{}), DataError);
}

}  // namespace
}  // namespace prenorm::metrics
