// One number for many: the mean over seeds, or the value farthest from what was predicted.
#pragma once

#include <cmath>
#include <limits>

namespace prenorm::papers::mesa_optimization {

inline constexpr double kUnbounded = std::numeric_limits<double>::infinity();

class FarthestFrom {
 public:
  explicit FarthestFrom(double predicted) : predicted_(predicted), value_(predicted) {}
  void take(double value) {
    if (std::isnan(value_)) return;  // NaN is taken and stays
    if (!(std::abs(value - predicted_) <= std::abs(value_ - predicted_))) value_ = value;
  }
  double value() const { return value_; }

 private:
  double predicted_, value_;
};

class Mean {
 public:
  void take(double value) {
    sum_ += value;
    ++count_;
  }
  double value() const { return sum_ / count_; }
  double count() const { return count_; }

 private:
  double sum_ = 0, count_ = 0;
};

}  // namespace prenorm::papers::mesa_optimization
