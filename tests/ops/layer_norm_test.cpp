// Layer normalisation, alone and with the residual addition before it: against ATen's operators and differences.
#include "prenorm/ops/layer_norm.h"

#include <ATen/TensorOperators.h>

#include "ops/fused.h"
#include "prenorm/base/random.h"

namespace prenorm::ops {
namespace {

using namespace prenorm::testing;

const DropoutMask kMask{0.3, mix_key({5})}, kNone{};

// x, branch, γ, β
std::vector<at::Tensor> inputs(std::int64_t rows, std::int64_t columns, at::ScalarType type) {
  return {random_tensor({rows, columns}, 1, type), random_tensor({rows, columns}, 2, type),
          random_tensor({columns}, 3, type) + 1, random_tensor({columns}, 4, type)};
}
NormWeights weights(const std::vector<at::Tensor>& x) { return {x[2], x[3], 1e-5}; }
// Both outputs are used, as they are under pre_ln.
auto loss(auto op, const DropoutMask& mask) {
  return [op, mask](const std::vector<at::Tensor>& x) {
    const NormedSum y = op(x[0], x[1], mask, weights(x));
    return weighed(y.sum, 7) + weighed(y.normed, 8);
  };
}
auto norm_alone(auto op) {
  return [op](const std::vector<at::Tensor>& x) { return weighed(op(x[0], {x[1], x[2], 1e-5})); };
}
std::vector<at::Tensor> without_branch(std::vector<at::Tensor> x) { return {x[0], x[2], x[3]}; }

TEST(LayerNorm, EqualsComposite) {
  for (const auto type : {at::kFloat, at::kDouble})
    for (const auto& shape :
         std::vector<std::vector<std::int64_t>>{{0, 8}, {1, 3}, {3, 5}, {63, 16}, {64, 33}, {65, 64}, {200, 130}}) {
      SCOPED_TRACE(fmt::format("{} x {}", shape[0], shape[1]));
      const auto x = inputs(shape[0], shape[1], type);
      const double tolerance = type == at::kFloat ? 2e-5 : 1e-12;
      for (const DropoutMask& mask : {kNone, kMask})
        expect_same(x, loss(add_layer_norm, mask), loss(add_layer_norm_composite, mask), tolerance);
      expect_same(without_branch(x), norm_alone(layer_norm), norm_alone(layer_norm_composite), tolerance);
    }
}

TEST(LayerNorm, GradientByDifferences) {
  const auto x = inputs(4, 6, at::kDouble);
  for (const DropoutMask& mask : {kNone, kMask}) expect_gradients_by_differences(x, loss(add_layer_norm, mask));
  expect_gradients_by_differences(without_branch(x), norm_alone(layer_norm));
}

// Under post_ln only the normalised sum goes on; after the last layer of some stacks only the sum does.
TEST(LayerNorm, OneOutputMayGoUnused) {
  const auto x = inputs(4, 6, at::kDouble);
  const auto normed = [](auto op) {
    return [op](const std::vector<at::Tensor>& v) { return weighed(op(v[0], v[1], kMask, weights(v)).normed); };
  };
  const auto sum = [](auto op) {
    return [op](const std::vector<at::Tensor>& v) { return weighed(op(v[0], v[1], kMask, weights(v)).sum); };
  };
  expect_same(x, normed(add_layer_norm), normed(add_layer_norm_composite), 1e-12);
  const std::vector<at::Tensor> a = fresh_leaves(x), b = fresh_leaves(x);
  sum(add_layer_norm)(a).backward();
  sum(add_layer_norm_composite)(b).backward();
  for (const int i : {0, 1}) EXPECT_TRUE(a[i].grad().equal(b[i].grad())) << i;
}

TEST(LayerNorm, SumIsThatOfTheCompositeBitByBit) {
  const auto x = inputs(37, 19, at::kFloat);
  const NormedSum fused = add_layer_norm(x[0], x[1], kMask, weights(x)),
                  composite = add_layer_norm_composite(x[0], x[1], kMask, weights(x));
  EXPECT_LT((fused.sum - composite.sum).abs().max().item<double>(), 3e-7);
  EXPECT_TRUE((fused.sum == x[0]).equal(composite.sum == x[0])) << "the same elements are dropped";
}

TEST(LayerNorm, SameBitsForAnyThreads) {
  const auto x = inputs(300, 24, at::kFloat);
  expect_same_bits_for_any_threads(x, loss(add_layer_norm, kMask));
  expect_same_bits_for_any_threads(without_branch(x), norm_alone(layer_norm));
}

TEST(LayerNorm, ShareDrawsTheMaskOfTheWhole) {
  const auto x = inputs(20, 6, at::kDouble);
  const NormedSum whole = add_layer_norm(x[0], x[1], kMask, weights(x));
  const DropoutMask later{kMask.p, kMask.key, 7 * 6};
  const NormedSum share = add_layer_norm(x[0].narrow(0, 7, 13), x[1].narrow(0, 7, 13), later, weights(x));
  EXPECT_TRUE(share.sum.equal(whole.sum.narrow(0, 7, 13)));
  EXPECT_TRUE(share.normed.equal(whole.normed.narrow(0, 7, 13)));
}

}  // namespace
}  // namespace prenorm::ops
