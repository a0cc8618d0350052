#include "prenorm/papers/low_rank_sparse/over_models.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace prenorm::papers::low_rank_sparse {

double farthest(const std::vector<double>& values, double from) {
  double found = from;
  for (const double value : values) {
    if (std::isnan(value)) return value;
    if (std::abs(value - from) > std::abs(found - from)) found = value;
  }
  return found;
}

double greatest(const std::vector<double>& values) {
  double found = -std::numeric_limits<double>::infinity();
  for (const double value : values) {
    if (std::isnan(value)) return value;
    found = std::max(found, value);
  }
  return found;
}

double least(const std::vector<double>& values) {
  double found = std::numeric_limits<double>::infinity();
  for (const double value : values) {
    if (std::isnan(value)) return value;
    found = std::min(found, value);
  }
  return found;
}

}  // namespace prenorm::papers::low_rank_sparse
