// Events on the trace of a training.
#pragma once

#include <vector>

#include "prenorm/papers/benign_overfitting/descent.h"

namespace prenorm::papers::benign_overfitting {

using Quantity = double State::*;

// The first recorded state in which a quantity is above (or below) a value; one of NaN and step -1 if there is none.
State first_above(const std::vector<State>& trace, Quantity quantity, double value);
State first_below(const std::vector<State>& trace, Quantity quantity, double value);

// The largest distance of a quantity from `value` among states whose loss is above `loss`.
double largest_distance(const std::vector<State>& trace, Quantity quantity, double value, double loss);

}  // namespace prenorm::papers::benign_overfitting
