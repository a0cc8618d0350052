#include "prenorm/papers/benign_overfitting/checks.h"

#include <cmath>

namespace prenorm::papers::benign_overfitting {

double farthest_from(double predicted, const std::vector<double>& values) {
  double farthest = predicted;
  for (const double value : values) {
    if (std::isnan(value)) return value;
    if (std::abs(value - predicted) > std::abs(farthest - predicted)) farthest = value;
  }
  return farthest;
}

}  // namespace prenorm::papers::benign_overfitting
