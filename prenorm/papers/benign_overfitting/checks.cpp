#include "prenorm/papers/benign_overfitting/checks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace prenorm::papers::benign_overfitting {

double farthest_from(double predicted, const std::vector<double>& values) {
  double farthest = predicted;
  for (const double value : values) {
    if (std::isnan(value)) return value;
    if (std::abs(value - predicted) > std::abs(farthest - predicted)) farthest = value;
  }
  return farthest;
}

double least_of(const std::vector<double>& values) {
  double least = std::numeric_limits<double>::infinity();
  for (const double value : values) {
    if (std::isnan(value)) return value;
    least = std::min(least, value);
  }
  return least;
}

}  // namespace prenorm::papers::benign_overfitting
