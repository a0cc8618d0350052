// Numbers from low to high, both included.
#pragma once

namespace prenorm {

struct Interval {
  double low = 0, high = 0;

  bool contains(double value, double tolerance = 0) const {  // false for NaN
    return value >= low - tolerance && value <= high + tolerance;
  }
};

constexpr Interval around(double middle, double half_width) { return {middle - half_width, middle + half_width}; }

}  // namespace prenorm
