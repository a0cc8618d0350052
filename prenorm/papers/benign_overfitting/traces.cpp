#include "prenorm/papers/benign_overfitting/traces.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace prenorm::papers::benign_overfitting {
namespace {

template <class Predicate>
State first_where(const std::vector<State>& trace, const Predicate& predicate) {
  const auto found = std::find_if(trace.begin(), trace.end(), predicate);
  if (found != trace.end()) return *found;
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  return {-1, kNone, kNone, kNone, kNone, kNone, kNone};
}

}  // namespace

State first_above(const std::vector<State>& trace, Quantity quantity, double value) {
  return first_where(trace, [&](const State& state) { return state.*quantity > value; });
}

State first_below(const std::vector<State>& trace, Quantity quantity, double value) {
  return first_where(trace, [&](const State& state) { return state.*quantity < value; });
}

double largest_distance(const std::vector<State>& trace, Quantity quantity, double value, double loss) {
  double largest = 0;
  for (const State& state : trace)
    if (state.loss > loss) largest = std::max(largest, std::abs(state.*quantity - value));
  return largest;
}

}  // namespace prenorm::papers::benign_overfitting
