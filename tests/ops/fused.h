// What every operator with a hand-written gradient must do, for the tests of all of them.
#pragma once

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "finite_differences.h"
#include "golden_file.h"
#include "random_tensor.h"

namespace prenorm::testing {

// Outputs of an operator as one scalar that weighs every element differently, so that no error cancels.
inline at::Tensor weighed(const at::Tensor& y, std::uint64_t key = 77) {
  return (y.to(at::kDouble) * random_tensor(y.sizes(), key)).sum();
}

// Leaves with the same values that gather gradients of their own.
inline std::vector<at::Tensor> fresh_leaves(const std::vector<at::Tensor>& inputs) {
  std::vector<at::Tensor> leaves;
  for (const at::Tensor& x : inputs) leaves.push_back(x.detach().clone().requires_grad_(true));
  return leaves;
}

// `fused` and `composite` map leaves to a scalar: equal values, equal gradients.
template <class Fused, class Composite>
void expect_same(const std::vector<at::Tensor>& inputs, const Fused& fused, const Composite& composite,
                 double tolerance) {
  const std::vector<at::Tensor> a = fresh_leaves(inputs), b = fresh_leaves(inputs);
  const at::Tensor left = fused(a), right = composite(b);
  EXPECT_NEAR(left.item<double>(), right.item<double>(), tolerance * (1 + std::abs(right.item<double>())));
  left.backward();
  right.backward();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    ASSERT_EQ(a[i].grad().defined(), b[i].grad().defined()) << "input " << i;
    if (inputs[i].numel() == 0 || !a[i].grad().defined()) continue;
    EXPECT_LT(relative_difference(a[i].grad(), b[i].grad()), tolerance) << "gradient of input " << i;
  }
}

// Against central differences; inputs: float64, small.
template <class Loss>
void expect_gradients_by_differences(const std::vector<at::Tensor>& inputs, const Loss& loss, double tolerance = 1e-7) {
  const std::vector<at::Tensor> leaves = fresh_leaves(inputs);
  loss(leaves).backward();
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const at::Tensor expected = finite_differences(leaves[i], [&] { return loss(leaves).template item<double>(); });
    EXPECT_LT(relative_difference(leaves[i].grad(), expected), tolerance) << "input " << i;
  }
}

// The same bits for one thread and for two.
template <class Loss>
void expect_same_bits_for_any_threads(const std::vector<at::Tensor>& inputs, const Loss& loss) {
  const int threads = at::get_num_threads();
  std::vector<std::vector<at::Tensor>> results;
  for (const int n : {1, 2}) {
    at::set_num_threads(n);
    const std::vector<at::Tensor> leaves = fresh_leaves(inputs);
    const at::Tensor value = loss(leaves);
    value.backward();
    results.push_back({value.detach()});
    for (const at::Tensor& x : leaves) results.back().push_back(x.grad());
  }
  at::set_num_threads(threads);
  for (std::size_t i = 0; i < results[0].size(); ++i) EXPECT_TRUE(results[0][i].equal(results[1][i])) << i;
}

}  // namespace prenorm::testing
