// The exponential of non-positive numbers, in a form that compilers vectorise.
#pragma once

#include <bit>
#include <cstdint>

namespace prenorm::ops::cpu {

template <class T>
struct ExpConstants;
template <>
struct ExpConstants<float> {
  using Integer = std::int32_t;
  static constexpr float kLowest = -87.0F;    // below this, the result would be denormal
  static constexpr float kRound = 0x1.8p23F;  // adding it rounds to an integer, which is then in the low bits
  static constexpr float kLogTwoHigh = 0.693359375F, kLogTwoLow = -2.12194440e-4F;  // n times the first is exact
  static constexpr int kTerms = 6, kMantissa = 23, kBias = 127;
};
template <>
struct ExpConstants<double> {
  using Integer = std::int64_t;
  static constexpr double kLowest = -708.0;
  static constexpr double kRound = 0x1.8p52;
  static constexpr double kLogTwoHigh = 0x1.62e42fefap-1, kLogTwoLow = 0x1.cf79abc9e3b39p-40;
  static constexpr int kTerms = 13, kMantissa = 52, kBias = 1023;
};

// x becomes e^x, for x <= 0 (slightly above is harmless). X: T or a vector of T; Integers: as many integers of its
// size. With x = n ln 2 + r and |r| <= ln 2
// 2, e^r is computed by its Taylor series (the first omitted term is below 1.2e-7, or 5e-18 in double) and multiplied
// by 2^n through the exponent bits. A result that would be denormal becomes the smallest normal number.
template <class T, class X, class Integers = typename ExpConstants<T>::Integer>
inline __attribute__((always_inline)) void exp_of_negative(X& x) {
  using C = ExpConstants<T>;
  const X lowest = X{} + C::kLowest;
  x = x < lowest ? lowest : x;
  const X shifted = x * T(1.4426950408889634) + C::kRound;
  const X n = shifted - C::kRound;
  const X r = (x - n * C::kLogTwoHigh) - n * C::kLogTwoLow;
  constexpr auto inverse_factorial = [](int k) {
    double product = 1;
    for (int i = 2; i <= k; ++i) product *= i;
    return static_cast<T>(1 / product);
  };
  constexpr T kInverse[] = {1,
                            1,
                            inverse_factorial(2),
                            inverse_factorial(3),
                            inverse_factorial(4),
                            inverse_factorial(5),
                            inverse_factorial(6),
                            inverse_factorial(7),
                            inverse_factorial(8),
                            inverse_factorial(9),
                            inverse_factorial(10),
                            inverse_factorial(11),
                            inverse_factorial(12),
                            inverse_factorial(13)};
  X sum = X{} + kInverse[C::kTerms];
#pragma GCC unroll 16
  for (int k = C::kTerms - 1; k >= 0; --k) sum = sum * r + kInverse[k];
  constexpr auto kOffset = C::kBias - std::bit_cast<typename C::Integer>(C::kRound);
  const Integers exponent = (__builtin_bit_cast(Integers, shifted) + kOffset) << C::kMantissa;
  x = sum * __builtin_bit_cast(X, exponent);
}

}  // namespace prenorm::ops::cpu
