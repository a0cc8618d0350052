// The whole layer of Zheng et al. 2024 (section 3.2), token by token: tokens u_i = (x_i; x_{i-1}) with x_0 = 0, and
//
//   y_t = W_PV [sum over i = 1 ... t of u_i u_i^*] W_KQ u_t / (t - 1),   W_PV [d, 2d], W_KQ [2d, 2d].
//
// The paper writes tokens (0; x_i; x_{i-1}) and adds the token to the output, where it contributes 0. Plain loops: the
// reference for quadratic_loss.h, and the way to the gradients of the blocks that it leaves out.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/papers/mesa_optimization/sequences.h"
#include "prenorm/papers/mesa_optimization/weights.h"

namespace prenorm::papers::mesa_optimization {

// Row after row. The blocks that act: columns 0 ... d-1 of W_PV; rows d ... 2d-1 and columns 0 ... d-1 of W_KQ.
struct LayerWeights {
  std::int64_t dimension = 0;
  std::vector<double> projection_value, key_query;
};
LayerWeights layer_weights(const Weights& blocks);  // the others are 0

// y_t for t = 2 ... T-1, the prediction of x_{t+1}, at (t - 2) * d.
std::vector<Complex> predict(const LayerWeights& layer, const std::vector<Complex>& states);

// The loss of one sequence, the sum over t of |y_t - x_{t+1}|^2 / 2.
double sequence_loss(const LayerWeights& layer, const std::vector<Complex>& states);
// Its gradient, in the place of the weights.
LayerWeights sequence_gradient(const LayerWeights& layer, const std::vector<Complex>& states);

// One step of gradient descent from W = 0 at rate `step` on the squared errors of x_{i+1} = W x_i, i < t, applied to
// x_t (Corollary 4.1).
std::vector<Complex> gradient_step_prediction(const std::vector<Complex>& states, std::int64_t dimension,
                                              std::int64_t t, double step);

}  // namespace prenorm::papers::mesa_optimization
