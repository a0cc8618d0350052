// What the gradients of a batch's single examples say about its parameters (Gray et al. 2024; McCandlish et al. 2018,
// appendix A). An example is a sequence of the batch; for translation, a pair of sequences. s_b is the gradient of the
// loss summed over the target tokens of example b.
//
// The gradient of an update with N target tokens is G = (1/N) Σ_b s_b. It is the mean over the B examples of
// u_b = (B/N) s_b, so an example weighs by its target tokens; with equal lengths u_b is the gradient of its mean loss.
#pragma once

#include <cstdint>
#include <vector>

namespace prenorm::updates {

struct ExampleSquares {
  std::int64_t examples = 0;             // B: those with at least one target token, over all batches of the update
  std::int64_t target_tokens = 0;        // N
  std::vector<std::int64_t> parameters;  // what was measured, as places in nn::Parameters::trained(), ascending
  std::vector<double> square_sums;       // of each of them, Σ_b ‖s_b‖²
  std::vector<double> sum_squares;       // of each of them, ‖Σ_b s_b‖²

  // P = (1/B) Σ_b ‖u_b‖² = (B/N²) Σ_b ‖s_b‖² of `parameters[i]`: the mean squared gradient of an example. 0 without
  // target tokens.
  double example_square(std::size_t i) const {
    return static_cast<double>(examples) * per_token_square(square_sums[i]);
  }
  // ‖G‖² of `parameters[i]`, before clipping.
  double batch_square(std::size_t i) const { return per_token_square(sum_squares[i]); }

 private:
  double per_token_square(double sum) const {
    const auto n = static_cast<double>(target_tokens);
    return target_tokens > 0 ? sum / (n * n) : 0;
  }
};

}  // namespace prenorm::updates
