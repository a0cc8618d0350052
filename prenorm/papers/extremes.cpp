#include "prenorm/papers/extremes.h"

#include <cmath>
#include <limits>

namespace prenorm::papers {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class ComesFirst>
double first_of(double start, const std::vector<double>& values, const ComesFirst& comes_first) {
  double first = start;
  for (const double value : values) {
    if (std::isnan(value)) return value;
    if (comes_first(value, first)) first = value;
  }
  return first;
}

}  // namespace

double least(const std::vector<double>& values) {
  return first_of(kInfinity, values, [](double a, double b) { return a < b; });
}

double greatest(const std::vector<double>& values) {
  return first_of(-kInfinity, values, [](double a, double b) { return a > b; });
}

double farthest_from(double predicted, const std::vector<double>& values) {
  return first_of(predicted, values,
                  [=](double a, double b) { return std::abs(a - predicted) > std::abs(b - predicted); });
}

}  // namespace prenorm::papers
