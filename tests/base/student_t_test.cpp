// Against tables of Student's t.
#include "prenorm/base/student_t.h"

#include <gtest/gtest.h>

#include <cmath>

namespace prenorm {
namespace {

TEST(StudentT, IsThatOfTheTablesAtWholeDegrees) {
  for (const auto& [degrees, expected] :
       {std::pair(1, 12.7062), {2, 4.3027}, {14, 2.1448}, {15, 2.1314}, {20, 2.0860}, {38, 2.0244}, {1000, 1.9623}})
    EXPECT_NEAR(student_t_975(degrees), expected, 1e-3) << degrees;
}

TEST(StudentT, FallsBetweenThemAndIsInfiniteBelowOne) {
  double last = student_t_975(1);
  for (double degrees = 1.1; degrees < 40; degrees += 0.1) {
    EXPECT_LT(student_t_975(degrees), last) << degrees;
    last = student_t_975(degrees);
  }
  // By interpolation in 1/degrees, which is nearly straight, 2.662.
  EXPECT_NEAR(student_t_975(4.5), 2.662, 0.02);
  EXPECT_TRUE(std::isinf(student_t_975(0.99)));
  EXPECT_TRUE(std::isinf(student_t_975(std::nan(""))));
}

}  // namespace
}  // namespace prenorm
