// Layer normalisation, alone and with the residual addition before it: against ATen's operators and differences.
#include "prenorm/ops/layer_norm.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "enum_values.h"
#include "ops/fused.h"
#include "prenorm/base/random.h"

namespace prenorm::ops {
namespace {

using namespace prenorm::testing;

const DropoutMask kDropped{0.3, mix_key({5})}, kWhole{};

// x, branch, and those of γ, β that there are
std::vector<at::Tensor> inputs(const NormForm& form, std::int64_t rows, std::int64_t columns, at::ScalarType type) {
  std::vector<at::Tensor> x{random_tensor({rows, columns}, 1, type), random_tensor({rows, columns}, 2, type)};
  if (form.affine) x.push_back(random_tensor({columns}, 3, type) + 1);
  if (form.affine && form.kind == NormKind::kLayerNorm) x.push_back(random_tensor({columns}, 4, type));
  return x;
}
const NormForm kPlain{NormKind::kLayerNorm, true};
std::vector<at::Tensor> inputs(std::int64_t rows, std::int64_t columns, at::ScalarType type) {
  return inputs(kPlain, rows, columns, type);
}
// The weights begin at x[first].
NormWeights weights(const std::vector<at::Tensor>& x, NormKind kind = NormKind::kLayerNorm, std::size_t first = 2) {
  const auto at = [&](std::size_t i) { return i < x.size() ? x[i] : at::Tensor(); };
  return {at(first), at(first + 1), 1e-5, kind};
}
// Both outputs are used, as they are under pre_ln.
auto loss(auto op, const DropoutMask& mask, NormKind kind = NormKind::kLayerNorm) {
  return [op, mask, kind](const std::vector<at::Tensor>& x) {
    const NormedSum y = op(x[0], x[1], mask, weights(x, kind));
    return weighed(y.sum, 7) + weighed(y.normed, 8);
  };
}
auto norm_alone(auto op, NormKind kind = NormKind::kLayerNorm) {
  return [op, kind](const std::vector<at::Tensor>& x) { return weighed(op(x[0], weights(x, kind, 1))); };
}
std::vector<at::Tensor> without_branch(std::vector<at::Tensor> x) {
  x.erase(x.begin() + 1);
  return x;
}

TEST(LayerNorm, EqualsComposite) {
  for (const auto& form : all_norms())
    for (const auto type : {at::kFloat, at::kDouble})
      for (const auto& shape :
           std::vector<std::vector<std::int64_t>>{{0, 8}, {1, 3}, {3, 5}, {63, 16}, {64, 33}, {65, 64}, {200, 130}}) {
        SCOPED_TRACE(fmt::format("{} affine {}: {} x {}", enum_name(form.kind), form.affine, shape[0], shape[1]));
        const auto x = inputs(form, shape[0], shape[1], type);
        const double tolerance = type == at::kFloat ? 2e-5 : 1e-12;
        for (const DropoutMask& mask : {kWhole, kDropped})
          expect_same(x, loss(add_layer_norm, mask, form.kind), loss(add_layer_norm_composite, mask, form.kind),
                      tolerance);
        expect_same(without_branch(x), norm_alone(layer_norm, form.kind), norm_alone(layer_norm_composite, form.kind),
                    tolerance);
      }
}

TEST(LayerNorm, GradientByDifferences) {
  for (const auto& form : all_norms()) {
    SCOPED_TRACE(fmt::format("{} affine {}", enum_name(form.kind), form.affine));
    const auto x = inputs(form, 4, 6, at::kDouble);
    for (const DropoutMask& mask : {kWhole, kDropped})
      expect_gradients_by_differences(x, loss(add_layer_norm, mask, form.kind));
    expect_gradients_by_differences(without_branch(x), norm_alone(layer_norm, form.kind));
  }
}

// The mean stays, and every row comes out with a mean square of one.
TEST(LayerNorm, RmsNormByItsFormula) {
  const at::Tensor x = random_tensor({9, 7}, 1) + 3, gamma = random_tensor({7}, 2);
  const at::Tensor plain = layer_norm(x, {{}, {}, 0, NormKind::kRmsNorm});
  EXPECT_LT((plain.square().mean(1) - 1).abs().max().item<double>(), 1e-14);
  EXPECT_LT(relative_difference(plain, x / (x.square().sum(1, /*keepdim=*/true) / 7).sqrt()), 1e-14);
  const at::Tensor weighted = layer_norm(x, {gamma, {}, 0.5, NormKind::kRmsNorm});
  EXPECT_LT(relative_difference(weighted, gamma * x / (x.square().sum(1, /*keepdim=*/true) / 7 + 0.5).sqrt()), 1e-14);
}

TEST(LayerNorm, WithoutWeightsIsWithOnesAndZeros) {
  const at::Tensor x = random_tensor({9, 7}, 1, at::kFloat), one = at::ones({7}), zero = at::zeros({7});
  for (const NormKind kind : all_values<NormKind>()) {
    const NormWeights none{{}, {}, 1e-5, kind},
        neutral{one, kind == NormKind::kLayerNorm ? zero : at::Tensor(), 1e-5, kind};
    EXPECT_TRUE(layer_norm(x, none).equal(layer_norm(x, neutral))) << enum_name(kind);
  }
}

// Under post_ln only the normalised sum goes on; after the last layer of some stacks only the sum does.
TEST(LayerNorm, OneOutputMayGoUnused) {
  const auto x = inputs(4, 6, at::kDouble);
  const auto normed = [](auto op) {
    return [op](const std::vector<at::Tensor>& v) { return weighed(op(v[0], v[1], kDropped, weights(v)).normed); };
  };
  const auto sum = [](auto op) {
    return [op](const std::vector<at::Tensor>& v) { return weighed(op(v[0], v[1], kDropped, weights(v)).sum); };
  };
  expect_same(x, normed(add_layer_norm), normed(add_layer_norm_composite), 1e-12);
  const std::vector<at::Tensor> a = fresh_leaves(x), b = fresh_leaves(x);
  sum(add_layer_norm)(a).backward();
  sum(add_layer_norm_composite)(b).backward();
  for (const int i : {0, 1}) EXPECT_TRUE(a[i].grad().equal(b[i].grad())) << i;
}

TEST(LayerNorm, SumIsThatOfTheCompositeBitByBit) {
  const auto x = inputs(37, 19, at::kFloat);
  const NormedSum fused = add_layer_norm(x[0], x[1], kDropped, weights(x)),
                  composite = add_layer_norm_composite(x[0], x[1], kDropped, weights(x));
  EXPECT_LT((fused.sum - composite.sum).abs().max().item<double>(), 3e-7);
  EXPECT_TRUE((fused.sum == x[0]).equal(composite.sum == x[0])) << "the same elements are dropped";
}

TEST(LayerNorm, SameBitsForAnyThreads) {
  for (const auto& form : all_norms()) {
    const auto x = inputs(form, 300, 24, at::kFloat);
    expect_same_bits_for_any_threads(x, loss(add_layer_norm, kDropped, form.kind));
    expect_same_bits_for_any_threads(without_branch(x), norm_alone(layer_norm, form.kind));
  }
}

TEST(LayerNorm, ShareDrawsTheMaskOfTheWhole) {
  const auto x = inputs(20, 6, at::kDouble);
  const NormedSum whole = add_layer_norm(x[0], x[1], kDropped, weights(x));
  const DropoutMask later{kDropped.p, kDropped.key, 7 * 6};
  const NormedSum share = add_layer_norm(x[0].narrow(0, 7, 13), x[1].narrow(0, 7, 13), later, weights(x));
  EXPECT_TRUE(share.sum.equal(whole.sum.narrow(0, 7, 13)));
  EXPECT_TRUE(share.normed.equal(whole.normed.narrow(0, 7, 13)));
}

}  // namespace
}  // namespace prenorm::ops
