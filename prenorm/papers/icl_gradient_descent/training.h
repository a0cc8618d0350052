// The trained networks of von Oswald et al. 2022: settings of section 3 and of the published code, and what is measured
// on them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "prenorm/papers/in_context/descent.h"
#include "prenorm/papers/in_context/predictor.h"

namespace prenorm::papers::icl_gradient_descent {

// A network, what it is trained on and for how long.
struct Training {
  in_context::AttentionNetwork network;
  in_context::Regression problem;
  std::int64_t steps = 5000;
  std::int64_t problems_per_step = 2048;
  double learning_rate = 1e-3;
  double initial_deviation = 0;  // of weights; 0 = sqrt(0.002 / (layers token_size)), as in the code
  std::int64_t task_set = 0;     // > 0: the same problems at every step, this many
  std::uint64_t seed = 1;
  std::int64_t start = 0;  // another draw of the initial weights, on the same problems

  // Everything that the trained weights depend on.
  std::string name() const;
};

// Problems that no training sees, the same for all models of a seed.
struct Evaluation {
  std::uint64_t seed = 1;
  std::int64_t problems = 0;

  batched::Batch<float> batch(const in_context::Regression& problem) const;
};

struct Trained {
  std::vector<float> parameters;
  std::vector<double> step, loss;  // on the evaluation's problems, every record_every steps; step 0 first
};

// The training with the start, 0 to `starts` - 1, whose loss is the least after `pilot_steps`. Some starts lead to a
// plateau where one direction of w is learned through the labels, and which they do not leave.
Training with_best_start(Training training, const Evaluation& evaluation, std::int64_t starts,
                         std::int64_t pilot_steps);

// Errors: Interrupted, see papers/cells.h.
Trained train(const Training& training, const Evaluation& evaluation, std::int64_t record_every);

// How far a trained network is from `steps` steps of GD, or GD++, with these rates, on the evaluation's problems.
in_context::Alignment alignment_to(const in_context::DescentSteps& steps, std::span<const float> rates,
                                   const Training& training, std::span<const float> trained,
                                   const Evaluation& evaluation);

}  // namespace prenorm::papers::icl_gradient_descent
