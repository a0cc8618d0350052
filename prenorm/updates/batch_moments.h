// The moments of the gradient noise scale from the gradients of an update's single examples: P = (1/B) Σ_b ‖u_b‖² is
// the mean square at a batch of one example, ‖G‖² that at B.
#pragma once

#include <vector>

#include "prenorm/nn/parameters.h"
#include "prenorm/noise/tracker.h"
#include "prenorm/updates/example_squares.h"

namespace prenorm::updates {

// `trained`: what squares.parameters counts. Without parameters if there are fewer than two examples.
noise::BatchMoments batch_moments(const ExampleSquares& squares, const std::vector<nn::Parameter>& trained);

}  // namespace prenorm::updates
