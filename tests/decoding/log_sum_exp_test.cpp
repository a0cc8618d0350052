#include "prenorm/decoding/log_sum_exp.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "prenorm/base/random.h"

namespace prenorm::decoding {
namespace {

template <class T>
double reference(const std::vector<T>& values) {
  long double sum = 0;
  for (const T value : values) sum += std::exp(static_cast<long double>(value));
  return static_cast<double>(std::log(sum));
}

template <class T>
class LogSumExp : public ::testing::Test {};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(LogSumExp, Types);

TYPED_TEST(LogSumExp, EqualsTheDefinition) {
  constexpr double kTolerance = std::is_same_v<TypeParam, float> ? 3e-7 : 1e-15;
  RandomStream random(5);
  for (const std::size_t count : {1, 2, 15, 16, 17, 511, 513, 8000})
    for (const double spread : {0.0, 1.0, 30.0, 300.0})
      for (const double shift : {-500.0, 0.0, 500.0}) {
        std::vector<TypeParam> values(count);
        for (auto& value : values) value = static_cast<TypeParam>(shift + spread * (random.uniform() - 0.5));
        const double expected = reference(values);
        // The values themselves are rounded to their size.
        EXPECT_NEAR(log_sum_exp(values.data(), std::ssize(values)), expected, kTolerance * (1 + std::abs(expected)))
            << count << " " << spread << " " << shift;
      }
}

TYPED_TEST(LogSumExp, IsNotFiniteWhereItsInputIsNot) {
  constexpr auto kInfinity = std::numeric_limits<TypeParam>::infinity();
  for (const TypeParam bad : {std::numeric_limits<TypeParam>::quiet_NaN(), kInfinity})
    for (const std::size_t place : {0, 7, 99}) {
      std::vector<TypeParam> values(100, 1);
      values[place] = bad;
      EXPECT_FALSE(std::isfinite(log_sum_exp(values.data(), 100)));
    }
  const std::vector<TypeParam> nothing(100, -kInfinity), one{-kInfinity, 2, -kInfinity};
  EXPECT_FALSE(std::isfinite(log_sum_exp(nothing.data(), 100)));
  EXPECT_NEAR(log_sum_exp(one.data(), 3), 2, 1e-12);
}

}  // namespace
}  // namespace prenorm::decoding
