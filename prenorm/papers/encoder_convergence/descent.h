// Full-batch gradient descent with a constant step on 1/2 sum (f(X_n) - y_n)^2, and what is recorded on the way.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "prenorm/papers/encoder_convergence/kernel.h"

namespace prenorm::papers::encoder_convergence {

struct Movement {
  std::vector<double> epoch;
  std::vector<double> query, key, value;  // |W(t) - W(0)| / |W(0)|
  std::vector<double> kernel;             // |K(t) - K(0)| / |K(0)|
};

struct DescentOptions {
  double step = 0;
  std::int64_t epochs = 400;
  std::int64_t record_every = 0;  // epochs between records of movement; 0 = none
  double stop_at = 0;             // ends early when the loss is this share of the initial one
};

struct Descent {
  std::vector<double> loss;    // before epoch t = 0, 1, ..., and after the last
  std::vector<double> change;  // |W(t + 1) - W(t)| over all weights
  Movement movement;
  Weights last;
};

// Ends early when the loss is not finite. Errors: Interrupted, see papers/cells.h.
Descent descend(Encoder& encoder, const Weights& start, const DescentOptions& options);

// The largest stable step of descent, with which the loss of `epochs` epochs never exceeds the initial one: by
// bisection of its logarithm between 1/4 and 64 times `guess`, to 1 %.
double largest_stable_step(Encoder& encoder, const Weights& start, double guess, std::int64_t epochs);

}  // namespace prenorm::papers::encoder_convergence
