// Dropout: the kernel against ATen's operators, and the laws of its mask.
#include "prenorm/ops/dropout.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "prenorm/ops/embedding.h"
#include "prenorm/ops/kernels.h"
#include "prenorm/ops/layer_norm.h"
#include "random_tensor.h"
#include "test_seed.h"

namespace prenorm::ops {
namespace {

using prenorm::testing::random_tensor;

const std::uint64_t kKey = test::test_seed(0xfedcba9876543210ULL);

at::Tensor kept(std::int64_t count, double p, std::uint64_t key) {
  return dropout(at::ones({count}, at::kDouble), {p, key}) != 0;
}
double share(const at::Tensor& flags) { return flags.to(at::kDouble).mean().item<double>(); }

class DropoutOfType : public ::testing::TestWithParam<at::ScalarType> {};
INSTANTIATE_TEST_SUITE_P(Types, DropoutOfType, ::testing::Values(at::kFloat, at::kDouble));

TEST_P(DropoutOfType, KernelEqualsCompositeBitwise) {
  std::uint64_t key = 1;
  for (const std::vector<std::int64_t>& shape :
       std::vector<std::vector<std::int64_t>>{{1}, {7}, {3, 5}, {2, 3, 4}, {257, 129}, {100'003}})
    for (const double p : {1e-12, 0.1, 0.3, 0.5, 0.99}) {
      const at::Tensor x = random_tensor(shape, ++key, GetParam());
      const at::Tensor kernel = dropout(x, {p, mix_key({key})}), composite = dropout_composite(x, {p, mix_key({key})});
      EXPECT_EQ(kernel.scalar_type(), GetParam());
      EXPECT_TRUE(kernel.equal(composite)) << "p = " << p << ", shape " << x.sizes();
      EXPECT_TRUE(kernel.signbit().equal(composite.signbit()));  // -0 too
    }
}

TEST_P(DropoutOfType, DroppedElementsAreZeroWhateverTheyWere) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double value : {infinity, -infinity, std::numeric_limits<double>::quiet_NaN(), -1.0}) {
    const at::Tensor x = at::zeros({1000}, GetParam()).fill_(value);
    for (const at::Tensor& y : {dropout(x, {0.5, kKey}), dropout_composite(x, {0.5, kKey})})
      EXPECT_NEAR(share((y == 0).logical_and(y.signbit().logical_not())), 0.5, 0.1) << value;
  }
}

TEST(Dropout, GradientTakesTheSameMask) {
  const at::Tensor x = random_tensor({31, 17}, 3).requires_grad_(true), grad = random_tensor({31, 17}, 4);
  const at::Tensor y = dropout(x, {0.4, kKey});
  y.backward(grad);
  EXPECT_TRUE(x.grad().equal(dropout_composite(grad, {0.4, kKey})));
  EXPECT_TRUE((x.grad() != 0).equal(y != 0));
}

TEST(Dropout, ReadsStridedInputAndStridedGradientInTheirOrder) {
  const at::Tensor x = random_tensor({13, 9}, 3).t().detach().requires_grad_(true),
                   grad = random_tensor({13, 9}, 4).t();
  const at::Tensor y = dropout(x, {0.4, kKey});
  EXPECT_TRUE(y.equal(dropout(x.detach().contiguous(), {0.4, kKey})));
  y.backward(grad);
  EXPECT_TRUE(x.grad().equal(dropout(grad.contiguous(), {0.4, kKey})));
}

TEST(Dropout, ZeroIsTheIdentity) {
  const at::Tensor x = random_tensor({5}, 1);
  EXPECT_TRUE(dropout(x, {0, kKey}).is_same(x));
  EXPECT_TRUE(dropout_composite(x, {0, kKey}).equal(x));
}

TEST(Dropout, EmptyTensorsStayEmpty) {
  for (const std::vector<std::int64_t>& shape : std::vector<std::vector<std::int64_t>>{{0}, {0, 8}, {4, 0}}) {
    const at::Tensor x = at::zeros(shape, at::kFloat).requires_grad_(true);
    const at::Tensor y = dropout(x, {0.5, kKey});
    EXPECT_EQ(y.sizes(), x.sizes());
    EXPECT_EQ(dropout_composite(x, {0.5, kKey}).sizes(), x.sizes());
    y.sum().backward();
    EXPECT_EQ(x.grad().sizes(), x.sizes());
  }
}

// Six standard deviations of a binomial share.
TEST(Dropout, KeepsTheRightShareAndTheMean) {
  constexpr std::int64_t kCount = 1 << 20;
  for (const double p : {0.01, 0.1, 0.5, 0.9}) {
    const double deviation = std::sqrt(p * (1 - p) / static_cast<double>(kCount));
    EXPECT_NEAR(share(kept(kCount, p, kKey)), 1 - p, 6 * deviation) << p;
    const double mean = dropout(at::ones({kCount}, at::kDouble), {p, kKey + 1}).mean().item<double>();
    EXPECT_NEAR(mean, 1, 6 * deviation / (1 - p)) << p;
  }
}

// Neighbouring steps and sites must not share masks; nor may elements a power of two apart in one mask be related.
TEST(Dropout, MasksOfDifferentKeysAndPlacesAreIndependent) {
  constexpr std::int64_t kCount = 1 << 18;
  const double six_deviations = 6 * 0.5 / std::sqrt(static_cast<double>(kCount));
  const at::Tensor mask = kept(kCount, 0.5, mix_key({test::test_seed(0), 0}));
  for (std::uint64_t step = 0; step < 8; ++step)
    for (std::uint64_t site = 0; site < 8; ++site) {
      if (step + site == 0) continue;
      const at::Tensor other = kept(kCount, 0.5, mix_key({test::test_seed(step), site}));
      EXPECT_NEAR(share(mask.logical_xor(other)), 0.5, six_deviations) << step << " " << site;
    }
  for (std::int64_t distance = 1; distance < kCount / 2; distance *= 2) {
    const std::int64_t n = kCount - distance;
    EXPECT_NEAR(share(mask.narrow(0, 0, n).logical_xor(mask.narrow(0, distance, n))), 0.5, 1.5 * six_deviations)
        << distance;
  }
}

TEST(Dropout, DoesNotDependOnTheNumberOfThreads) {
  const int threads = at::get_num_threads();
  const at::Tensor x = random_tensor({300'001}, 5, at::kFloat);
  at::set_num_threads(1);
  const at::Tensor one = dropout(x, {0.3, kKey});
  at::set_num_threads(2);
  EXPECT_TRUE(one.equal(dropout(x, {0.3, kKey})));
  at::set_num_threads(threads);
}

// What a share of a batch draws is what the whole batch draws there.
TEST(Dropout, SharesDrawTheMaskOfTheWhole) {
  const at::Tensor x = random_tensor({40, 7}, 5);
  const at::Tensor whole = dropout(x, {0.5, kKey});
  for (const std::int64_t first : {0, 1, 13, 39}) {
    const at::Tensor share = x.narrow(0, first, 40 - first);
    for (const at::Tensor& y :
         {dropout(share, {0.5, kKey, 7 * first}), dropout_composite(share, {0.5, kKey, 7 * first})})
      EXPECT_TRUE(y.equal(whole.narrow(0, first, 40 - first))) << first;
  }
}

// Beyond 2^32 elements the first mask came again.
TEST(Dropout, MasksContinueBeyondThirtyTwoBits) {
  const double six_deviations = 6 * 0.5 / std::sqrt(10'000.0);
  const at::Tensor ones = at::ones({10'000}, at::kFloat);
  for (const bool kernels : {true, false}) {
    const KernelsGuard guard(kernels);
    const at::Tensor first = dropout(ones, {0.5, kKey}), second = dropout(ones, {0.5, kKey, kDropoutStretch}),
                     third = dropout(ones, {0.5, kKey, 2 * kDropoutStretch});
    EXPECT_NEAR(share(first != second), 0.5, six_deviations);
    EXPECT_NEAR(share(first != third), 0.5, six_deviations);
    EXPECT_NEAR(share(second != third), 0.5, six_deviations);
    EXPECT_NEAR(share(second != 0), 0.5, six_deviations);
    // What is cut by the end of a stretch, at any place.
    for (const std::int64_t before : {1, 7, 16, 9'999}) {
      const at::Tensor across = dropout(ones, {0.5, kKey, kDropoutStretch - before});
      EXPECT_TRUE(across.narrow(0, before, 10'000 - before).equal(second.narrow(0, 0, 10'000 - before))) << before;
      for (std::int64_t i = 0; i < before; ++i) {
        const auto index = static_cast<std::uint32_t>(kDropoutStretch - before + i);
        ASSERT_EQ(across[i].item<float>() != 0, dropout_bits(kKey, index) >= drop_threshold(0.5)) << before << " " << i;
      }
    }
  }
}

// All operators with a mask, around the place where a stretch ends within a row.
TEST(Dropout, FusedMasksContinueBeyondThirtyTwoBits) {
  const at::Tensor x = random_tensor({5, 37}, 1, at::kFloat), zeros = at::zeros({5, 37}, at::kFloat);
  const at::Tensor rows = at::arange(5, at::kLong);
  const DropoutMask mask{0.5, kKey, kDropoutStretch - 2 * 37 - 20};
  const at::Tensor expected = dropout_composite(x, mask);
  EXPECT_TRUE(dropout(x, mask).equal(expected));
  EXPECT_TRUE(embedding(rows, rows, {x, zeros, 1}, mask).equal(expected));
  EXPECT_TRUE(add_layer_norm(zeros, x, mask, {}).sum.equal(expected));
  const at::Tensor table = zeros.clone().requires_grad_(true), branch = zeros.clone().requires_grad_(true);
  embedding(rows, rows, {table, zeros, 1}, mask).backward(x);
  EXPECT_TRUE(table.grad().equal(expected));
  add_layer_norm(zeros, branch, mask, {}).sum.backward(x);
  EXPECT_TRUE(branch.grad().equal(expected));
}

}  // namespace
}  // namespace prenorm::ops
