// Against values from R's qt(0.975, df).
#include "prenorm/base/student_t.h"

#include <gtest/gtest.h>

#include <cmath>

namespace prenorm {
namespace {

TEST(StudentT, IsThatOfTheTablesAtWholeDegrees) {
  for (const auto& [degrees, expected] :
       {std::pair(1, 12.7062), {2, 4.3027}, {14, 2.1448}, {15, 2.1314}, {20, 2.0860}, {38, 2.0244}, {1000, 1.9623}})
    EXPECT_NEAR(student_t_975(degrees), expected, 2e-4) << degrees;
}

TEST(StudentT, FallsBetweenThemAndIsInfiniteBelowOne) {
  double last = student_t_975(1);
  for (double degrees = 1.1; degrees < 40; degrees += 0.1) {
    EXPECT_LT(student_t_975(degrees), last) << degrees;
    last = student_t_975(degrees);
  }
  EXPECT_GT(student_t_975(4.5), 2.66) << "qt(0.975, 4.5) = 2.6585";
  EXPECT_LT(student_t_975(4.5), 2.69);
  EXPECT_TRUE(std::isinf(student_t_975(0.99)));
  EXPECT_TRUE(std::isinf(student_t_975(std::nan(""))));
}

}  // namespace
}  // namespace prenorm
