#include "prenorm/noise/moments.h"

#include "prenorm/base/error.h"

namespace prenorm::noise {

Moments& Moments::operator+=(const Moments& other) {
  gradient_square += other.gradient_square;
  gradient_variance += other.gradient_variance;
  return *this;
}

Moments moments_of(double small_square, double small, double large_square, double large) {
  if (!(small > 0 && small < large))
    throw_error<UsageError>("batches of {} and of {} examples say nothing about the noise of a gradient", small, large);
  return {(large * large_square - small * small_square) / (large - small),
          (small_square - large_square) / (1 / small - 1 / large)};
}

}  // namespace prenorm::noise
