// One layer of linear attention beside one step of gradient descent (von Oswald et al. 2022, sections 2 and 3).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "prenorm/papers/icl_gradient_descent/training.h"
#include "prenorm/papers/results.h"

namespace prenorm::papers::icl_gradient_descent {

// Where the input range or the weights are scaled after training: section 3, "generalizing to out-of-distribution
// tasks".
inline constexpr double kInputScales[] = {0.5, 0.75, 1, 1.25, 1.5, 2};
inline constexpr double kWeightScales[] = {0.5, 1, 2, 3, 4, 5};
// Steps of a roll-out that are recorded, and how much of an update it makes.
inline constexpr std::int64_t kRolloutSteps[] = {1, 2, 5, 10, 15, 20, 30, 40, 50};
inline constexpr double kDamping = 0.75;
// The mean of the damped roll-out leaves out this share of the problems, those with the largest losses: the trained
// layer's small weights on labels make it diverge for one problem in some ten thousand.
inline constexpr double kLeftOut = 0.001;

// Trains and measures; everything that the checks and figures need, as an object:
//   step, loss                               the curve of training, on the evaluation's problems
//   gd_rate, gd_loss, interpolated_loss      eta/N of least loss on the same problems; weights halfway to it
//   start, end                               {prediction_difference, cosine, gradient_difference} to gradient descent
//   key_query, projected_value               the trained products, rescaled
//   inputs, weights, laws                    {trained, descent}: losses by scale, or by law of the inputs
//   full, damped                             {trained, descent}: losses by step of a roll-out
nlohmann::json measure_one_layer(const Training& training, const Evaluation& evaluation);

// The difference between `steps` constructed layers and as many steps of GD written as loops, for W0 != 0 and two
// labels: the largest over problems, in double (Proposition 1).
double construction_error(std::int64_t steps, std::uint64_t seed);

}  // namespace prenorm::papers::icl_gradient_descent
