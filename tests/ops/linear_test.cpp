// Linear maps with bias and activation: against ATen's operators and against differences.
#include "prenorm/ops/linear.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros_like.h>

#include "ops/fused.h"
#include "prenorm/ops/cpu/packed_gemm.h"
#include "prenorm/ops/kernels.h"

namespace prenorm::ops {
namespace {

using namespace prenorm::testing;

const std::optional<ActivationForm> kActivations[] = {std::nullopt,
                                                      Activation::kRelu,
                                                      Activation::kGelu,
                                                      Activation::kGeluTanh,
                                                      Activation::kTatRelu,
                                                      ActivationForm(Activation::kTatRelu, 0.35),
                                                      ActivationForm(Activation::kTatRelu, 1)};

std::vector<at::Tensor> inputs(std::int64_t rows, std::int64_t in, std::int64_t out, at::ScalarType type) {
  return {random_tensor({rows, in}, 1, type), random_tensor({out, in}, 2, type), random_tensor({out}, 3, type)};
}
auto fused(std::optional<ActivationForm> activation) {
  return [activation](const std::vector<at::Tensor>& x) { return weighed(linear(x[0], x[1], x[2], activation)); };
}
auto composite(std::optional<ActivationForm> activation) {
  return [activation](const std::vector<at::Tensor>& x) {
    return weighed(linear_composite(x[0], x[1], x[2], activation));
  };
}

// With an adapter: x, weight, bias, A, B.
std::vector<at::Tensor> adapted_inputs(std::int64_t rows, std::int64_t in, std::int64_t out, std::int64_t rank,
                                       at::ScalarType type) {
  std::vector<at::Tensor> all = inputs(rows, in, out, type);
  all.push_back(random_tensor({rank, in}, 4, type));
  all.push_back(random_tensor({out, rank}, 5, type));
  return all;
}
auto adapted(std::optional<ActivationForm> activation) {
  return [activation](const std::vector<at::Tensor>& x) {
    return weighed(linear(x[0], x[1], x[2], activation, {x[3], x[4], 0.7}));
  };
}
// The same with the sum of the matrices, computed by ATen.
auto merged(std::optional<ActivationForm> activation) {
  return [activation](const std::vector<at::Tensor>& x) {
    return weighed(linear_composite(x[0], x[1] + 0.7 * x[4].matmul(x[3]), x[2], activation));
  };
}

TEST(Linear, EqualsComposite) {
  for (const auto type : {at::kFloat, at::kDouble})
    for (const auto& shape : std::vector<std::vector<std::int64_t>>{
             {0, 3, 4}, {1, 1, 1}, {2, 5, 3}, {63, 17, 33}, {64, 16, 32}, {65, 48, 7}, {300, 33, 129}, {200, 600, 70}})
      for (const auto activation : kActivations) {
        SCOPED_TRACE(fmt::format("{} rows, {} to {}", shape[0], shape[1], shape[2]));
        expect_same(inputs(shape[0], shape[1], shape[2], type), fused(activation), composite(activation),
                    type == at::kFloat ? 2e-5 : 1e-13);
      }
}

TEST(Linear, GradientByDifferences) {
  for (const auto activation : kActivations)
    expect_gradients_by_differences(inputs(5, 4, 3, at::kDouble), fused(activation));
}

// A law of our own products: a BLAS may sum the rows that a thread is left with in another order.
TEST(Linear, SameBitsForAnyThreads) {
  if (!cpu::packed_gemm_runs()) GTEST_SKIP() << "skipped: this processor's matrix products are the BLAS's";
  for (const auto activation : kActivations)
    expect_same_bits_for_any_threads(inputs(300, 64, 96, at::kFloat), fused(activation));
}

// The buffer that nn::Parameters gives a weight is added to in place; autograd gets nothing to add once more.
TEST(Linear, AddsToAGradientBufferThatIsThere) {
  const std::vector<at::Tensor> plain = fresh_leaves(inputs(9, 4, 3, at::kDouble)), buffered = fresh_leaves(plain);
  fused(Activation::kRelu)(plain).backward();
  std::vector<const void*> places;
  for (const at::Tensor& x : buffered) {
    x.mutable_grad() = at::zeros_like(x).fill_(0.5);
    places.push_back(x.grad().data_ptr());
  }
  for (int pass = 1; pass <= 2; ++pass) {
    fused(Activation::kRelu)(buffered).backward();
    for (std::size_t i = 0; i < plain.size(); ++i) {
      EXPECT_LT(relative_difference(buffered[i].grad(), 0.5 + pass * plain[i].grad()), 1e-14) << i;
      EXPECT_EQ(buffered[i].grad().data_ptr(), places[i]);
    }
  }
}

TEST(Linear, NeedsNoGradientOfItsInputOrItsWeights) {
  const std::vector<at::Tensor> x = inputs(6, 4, 3, at::kDouble);
  for (std::size_t wanted = 0; wanted < 3; ++wanted) {
    const std::vector<at::Tensor> all = fresh_leaves(x);
    std::vector<at::Tensor> one = {x[0].clone(), x[1].clone(), x[2].clone()};
    one[wanted].requires_grad_(true);
    fused(Activation::kRelu)(all).backward();
    fused(Activation::kRelu)(one).backward();
    EXPECT_TRUE(one[wanted].grad().equal(all[wanted].grad()));
  }
}

TEST(Linear, AnAdapterAddsToItsMatrix) {
  for (const auto type : {at::kFloat, at::kDouble})
    for (const auto& shape : std::vector<std::vector<std::int64_t>>{
             {0, 3, 4, 2}, {1, 1, 1, 1}, {2, 5, 3, 3}, {65, 48, 7, 4}, {200, 60, 70, 8}})
      for (const auto activation : kActivations) {
        SCOPED_TRACE(fmt::format("{} rows, {} to {}, rank {}", shape[0], shape[1], shape[2], shape[3]));
        expect_same(adapted_inputs(shape[0], shape[1], shape[2], shape[3], type), adapted(activation),
                    merged(activation), type == at::kFloat ? 2e-5 : 1e-12);
      }
}

TEST(Linear, GradientOfAnAdapterByDifferences) {
  for (const auto activation : kActivations)
    expect_gradients_by_differences(adapted_inputs(5, 4, 3, 2, at::kDouble), adapted(activation));
}

TEST(Linear, TheAdapterOfAFrozenMatrixHasTheSameGradient) {
  const std::vector<at::Tensor> x = adapted_inputs(6, 4, 3, 2, at::kDouble), all = fresh_leaves(x);
  std::vector<at::Tensor> some;
  for (std::size_t i = 0; i < x.size(); ++i) some.push_back(x[i].clone().requires_grad_(i == 0 || i > 2));
  adapted(Activation::kRelu)(all).backward();
  adapted(Activation::kRelu)(some).backward();
  for (const std::size_t i : {0, 3, 4}) EXPECT_TRUE(some[i].grad().equal(all[i].grad())) << i;
  for (const std::size_t i : {1, 2}) EXPECT_FALSE(some[i].grad().defined()) << i;
}

// Nothing but the gradient of a matrix needs x, so that a frozen map lets go of it.
TEST(Linear, AFrozenMatrixDoesNotKeepItsInput) {
  for (const bool frozen : {false, true}) {
    const std::vector<at::Tensor> x = inputs(6, 4, 3, at::kDouble);
    at::Tensor leaf = x[0].clone().requires_grad_(true);
    at::Tensor inner = leaf * 2, weight = x[1].clone().requires_grad_(!frozen);
    const at::Tensor y = linear(inner, weight, x[2].clone().requires_grad_(true), Activation::kRelu);
    EXPECT_EQ(inner.use_count() > 1, !frozen);
  }
}

TEST(Linear, ReluKeepsNaN) {
  std::vector<at::Tensor> x = inputs(2, 4, 3, at::kDouble);
  x[0][0][0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(linear(x[0], x[1], x[2], Activation::kRelu)[0].isnan().all().item<bool>());
}

TEST(Kernels, CanBeSwitchedOff) {
  const KernelsGuard off(false);
  EXPECT_FALSE(kernels_enabled());
  const std::vector<at::Tensor> x = inputs(7, 4, 3, at::kDouble);
  EXPECT_TRUE(linear(x[0], x[1], x[2]).equal(linear_composite(x[0], x[1], x[2])));
}

}  // namespace
}  // namespace prenorm::ops
