// The two-layer model of Jiang et al. 2024: f(X) = (1/M) sum_l softmax(x_l^T W_Q W_K^T X^T) X W_V w_O. It needs its
// patches only as projections x^T (W_Q | W_K | W_V), and so does the gradient: dL/dW = X^T dL/d(projections).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace prenorm::papers::benign_overfitting {

// Columns of the projections of a patch: d_h of x^T W_Q, d_h of x^T W_K, d_v of x^T W_V.
struct Layout {
  std::int64_t keys = 16;   // d_h
  std::int64_t values = 1;  // d_v

  std::int64_t columns() const { return 2 * keys + values; }
};

// One sample at a time. `patches` below are M pointers to rows of `layout.columns()` numbers.
class Attention {
 public:
  Attention(Layout layout, std::int64_t patches);

  // f(X). Keeps what the gradient and the accessors need.
  double forward(std::span<const double* const> patches, std::span<const double> head);
  // Adds d(scale f)/d(projections) to rows of `gradients`, and d(scale f)/dw_O to `head_gradient`.
  void add_gradient(double scale, std::span<const double* const> patches, std::span<const double> head,
                    std::span<double* const> gradients, std::span<double> head_gradient) const;

  double weight(std::int64_t query, std::int64_t key) const { return weights_[index(query * patches_ + key)]; }
  double score(std::int64_t patch) const { return scores_[index(patch)]; }  // x^T W_V w_O

 private:
  static std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }
  void compute_weights(std::span<const double* const> patches);

  Layout layout_;
  std::int64_t patches_;
  std::vector<double> weights_, scores_, outputs_;  // [M, M], [M], [M]
};

}  // namespace prenorm::papers::benign_overfitting
