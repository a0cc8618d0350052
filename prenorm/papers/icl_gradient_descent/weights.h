// The weights of a head of linear attention, as the two products that its function depends on, and the construction of
// Proposition 1.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace prenorm::papers::icl_gradient_descent {

// [token_size, token_size] each, float64.
struct Products {
  at::Tensor key_query;        // W_K^T W_Q
  at::Tensor projected_value;  // P W_V
};

// Reads the head whose four matrices begin at `first` of the parameters of a network.
Products products_of(std::span<const float> parameters, std::int64_t token_size, std::int64_t first = 0);

// What each head of the first layer adds to the label from the scores of the inputs, to first order in the scores: the
// inputs' block of W_KQ times the last element of P W_V, [heads, inputs, inputs].
at::Tensor label_blocks(std::span<const float> parameters, std::int64_t token_size, std::int64_t heads);

// How much of the elements off the diagonals, and of those on them, is left in the sum of `blocks`: the norm of the sum
// over the sum of the norms, 0 for blocks that cancel and 1 for equal ones.
struct Remainder {
  double off_diagonal = 0, diagonal = 0;
};
Remainder remainder_of(const at::Tensor& blocks);

// The same function with the mean of the first d diagonal elements of W_KQ equal to 1.
Products rescaled(const Products& products);

// What makes a layer one step of GD, or with gamma one of GD++ (appendix A.10), after rescaling.
Products constructed(std::int64_t inputs, double eta_over_n, double gamma = 0);

// The mean of both, element by element.
Products mean_of(const Products& a, const Products& b);

// Parameters of a head with these products: W_K = P = I.
std::vector<float> parameters_of(const Products& products);

// Row after row, and back: [count, n, n] from count n n elements.
std::vector<double> elements(const at::Tensor& matrix);
at::Tensor square_blocks(std::vector<double> elements, std::int64_t count);

}  // namespace prenorm::papers::icl_gradient_descent
