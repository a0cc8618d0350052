// Projection and label-smoothed cross-entropy in chunks, against PyTorch's recorded values and ATen on whole logits.
#include "prenorm/ops/cross_entropy.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "finite_differences.h"
#include "golden_file.h"
#include "ops/fused.h"
#include "random_tensor.h"
#include "test_seed.h"

namespace prenorm::ops {
namespace {

using prenorm::testing::finite_differences;
using prenorm::testing::golden;
using prenorm::testing::random_tensor;
using prenorm::testing::relative_difference;

at::Tensor random_targets(std::int64_t rows, std::int64_t vocabulary, std::uint64_t key) {
  const at::Tensor targets = at::empty({rows}, at::kLong);
  RandomStream random(test::test_seed(key));
  for (std::int64_t i = 0; i < rows; ++i)
    targets.data_ptr<std::int64_t>()[i] =
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(vocabulary)));
  return targets;
}

class CrossEntropyOfType : public ::testing::TestWithParam<at::ScalarType> {
 protected:
  double tolerance() const { return GetParam() == at::kDouble ? 1e-12 : 1e-5; }
};
INSTANTIATE_TEST_SUITE_P(Types, CrossEntropyOfType, ::testing::Values(at::kFloat, at::kDouble));

TEST_P(CrossEntropyOfType, EqualsPyTorchOnLogits) {
  const io::TensorFile file = golden("operators");
  for (const std::string name : {"plain", "smoothed", "wide", "extreme"}) {
    SCOPED_TRACE(name);
    const auto recorded = [&](const std::string& key) { return file.at("cross_entropy." + name + "." + key); };
    const at::Tensor logits = recorded("logits").to(GetParam()).requires_grad_(true);
    const double smoothing = recorded("label_smoothing").item<double>();
    const auto sums =
        projected_cross_entropy(logits, at::eye(logits.size(1), GetParam()), recorded("targets"), smoothing);
    EXPECT_LT(relative_difference(sums.loss_sum, recorded("loss_sum")), tolerance());
    EXPECT_LT(relative_difference(sums.nll_sum, recorded("nll_sum")), tolerance());
    sums.loss_sum.backward();
    EXPECT_LT(relative_difference(logits.grad(), recorded("grad.logits")), tolerance());
  }
}

TEST_P(CrossEntropyOfType, EqualsPyTorchOnAProjection) {
  const io::TensorFile file = golden("operators");
  const auto recorded = [&](const std::string& key) { return file.at("cross_entropy.projected." + key); };
  const at::Tensor hidden = recorded("hidden").to(GetParam()).requires_grad_(true);
  const at::Tensor weight = recorded("weight").to(GetParam()).requires_grad_(true);
  const auto sums =
      projected_cross_entropy(hidden, weight, recorded("targets"), recorded("label_smoothing").item<double>());
  EXPECT_EQ(sums.loss_sum.scalar_type(), GetParam());
  EXPECT_EQ(sums.nll_sum.scalar_type(), at::kDouble);
  EXPECT_FALSE(sums.nll_sum.requires_grad());
  EXPECT_LT(relative_difference(sums.loss_sum, recorded("loss_sum")), tolerance());
  EXPECT_LT(relative_difference(sums.nll_sum, recorded("nll_sum")), tolerance());
  sums.loss_sum.backward();
  EXPECT_LT(relative_difference(hidden.grad(), recorded("grad.hidden")), tolerance());
  EXPECT_LT(relative_difference(weight.grad(), recorded("grad.weight")), tolerance());
}

struct Reference {
  double loss_sum, nll_sum;
  at::Tensor grad_hidden, grad_weight;
};
Reference whole_logits(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets,
                       double smoothing) {
  const at::Tensor h = hidden.detach().clone().requires_grad_(true), w = weight.detach().clone().requires_grad_(true);
  const at::Tensor logits = at::mm(h, w.t());
  const at::Tensor loss = at::cross_entropy_loss(logits, targets, {}, at::Reduction::Sum, -100, smoothing);
  loss.backward();
  const at::Tensor nll = at::cross_entropy_loss(logits, targets, {}, at::Reduction::Sum);
  return {loss.item<double>(), nll.item<double>(), h.grad(), w.grad()};
}

// 256 rows of 33,000 logits are a chunk.
TEST(CrossEntropy, ChunksJoinWithoutASeam) {
  constexpr std::int64_t kVocabulary = 33'000, kWidth = 3;
  const at::Tensor weight = random_tensor({kVocabulary, kWidth}, 1).requires_grad_(true);
  for (const std::int64_t rows : {1, 256, 257, 600})
    for (const double smoothing : {0.0, 0.1}) {
      SCOPED_TRACE(rows);
      const at::Tensor hidden = (3 * random_tensor({rows, kWidth}, 2)).requires_grad_(true);
      const at::Tensor targets = random_targets(rows, kVocabulary, 3);
      const auto sums = projected_cross_entropy(hidden, weight, targets, smoothing);
      sums.loss_sum.backward();
      const Reference reference = whole_logits(hidden, weight, targets, smoothing);
      EXPECT_NEAR(sums.loss_sum.item<double>(), reference.loss_sum, 1e-12 * reference.loss_sum);
      EXPECT_NEAR(sums.nll_sum.item<double>(), reference.nll_sum, 1e-12 * reference.nll_sum);
      EXPECT_LT(relative_difference(hidden.grad(), reference.grad_hidden), 1e-12);
      EXPECT_LT(relative_difference(weight.grad(), reference.grad_weight), 1e-12);
      weight.mutable_grad() = at::Tensor();
    }
}

TEST_P(CrossEntropyOfType, EqualsComposite) {
  for (const std::int64_t rows : {0, 1, 63, 64, 65, 130})
    for (const std::int64_t vocabulary : {1, 2, 17, 511, 1025})
      for (const double smoothing : {0.0, 0.1}) {
        const at::Tensor targets = random_targets(rows, vocabulary, 3);
        const auto loss = [&](auto op) {
          return [&, op](const std::vector<at::Tensor>& x) {
            return op(x[0], x[1], targets, smoothing, x.size() > 2 ? x[2] : at::Tensor()).loss_sum;
          };
        };
        std::vector<at::Tensor> inputs{3 * random_tensor({rows, 5}, 1, GetParam()),
                                       random_tensor({vocabulary, 5}, 2, GetParam())};
        for (const bool biased : {false, true}) {
          if (biased) inputs.push_back(random_tensor({vocabulary}, 4, GetParam()));
          prenorm::testing::expect_same(inputs, loss(projected_cross_entropy), loss(projected_cross_entropy_composite),
                                        10 * tolerance());
        }
      }
}

TEST(CrossEntropy, GradientEqualsFiniteDifferences) {
  const at::Tensor hidden = random_tensor({5, 4}, 1).requires_grad_(true),
                   weight = random_tensor({7, 4}, 2).requires_grad_(true),
                   bias = random_tensor({7}, 4).requires_grad_(true);
  const at::Tensor targets = random_targets(5, 7, 3);
  const auto loss = [&] { return projected_cross_entropy(hidden, weight, targets, 0.2, bias).loss_sum; };
  loss().backward();
  const auto value = [&] { return loss().item<double>(); };
  EXPECT_LT(relative_difference(hidden.grad(), finite_differences(hidden, value)), 1e-8);
  EXPECT_LT(relative_difference(weight.grad(), finite_differences(weight, value)), 1e-8);
  EXPECT_LT(relative_difference(bias.grad(), finite_differences(bias, value)), 1e-8);
}

TEST(CrossEntropy, UpstreamGradientScalesBothGradients) {
  const at::Tensor hidden = random_tensor({600, 4}, 1).requires_grad_(true),
                   weight = random_tensor({7, 4}, 2).requires_grad_(true);
  const at::Tensor targets = random_targets(600, 7, 3);
  projected_cross_entropy(hidden, weight, targets, 0.1).loss_sum.backward();
  const at::Tensor grad_hidden = hidden.grad().clone(), grad_weight = weight.grad().clone();
  hidden.mutable_grad().zero_();
  weight.mutable_grad().zero_();
  (projected_cross_entropy(hidden, weight, targets, 0.1).loss_sum * -0.25).backward();
  EXPECT_LT(relative_difference(hidden.grad(), -0.25 * grad_hidden), 1e-14);
  EXPECT_LT(relative_difference(weight.grad(), -0.25 * grad_weight), 1e-14);
}

TEST(CrossEntropy, OneInputAloneMayWantTheGradient) {
  const at::Tensor hidden = random_tensor({9, 4}, 1), weight = random_tensor({7, 4}, 2),
                   targets = random_targets(9, 7, 3);
  const Reference reference = whole_logits(hidden, weight, targets, 0.1);
  const at::Tensor h = hidden.clone().requires_grad_(true), w = weight.clone().requires_grad_(true);
  projected_cross_entropy(h, weight, targets, 0.1).loss_sum.backward();
  projected_cross_entropy(hidden, w, targets, 0.1).loss_sum.backward();
  EXPECT_LT(relative_difference(h.grad(), reference.grad_hidden), 1e-12);
  EXPECT_LT(relative_difference(w.grad(), reference.grad_weight), 1e-12);
  EXPECT_FALSE(projected_cross_entropy(hidden, weight, targets, 0.1).loss_sum.requires_grad());
}

// In several chunks: what is frozen gets no gradient, and the others get theirs.
TEST(CrossEntropy, FrozenInputsChangeNoOtherGradient) {
  const at::Tensor targets = random_targets(600, 33'000, 3);
  const std::vector<at::Tensor> inputs{random_tensor({600, 3}, 1), random_tensor({33'000, 3}, 2),
                                       random_tensor({33'000}, 4)};
  const auto gradients = [&](unsigned wanted) {
    std::vector<at::Tensor> leaves;
    for (unsigned i = 0; i < 3; ++i) leaves.push_back(inputs[i].clone().requires_grad_((wanted >> i & 1) != 0));
    projected_cross_entropy(leaves[0], leaves[1], targets, 0.1, leaves[2]).loss_sum.backward();
    return leaves;
  };
  const std::vector<at::Tensor> all = gradients(7);
  for (unsigned wanted = 1; wanted < 7; ++wanted) {
    const std::vector<at::Tensor> some = gradients(wanted);
    for (unsigned i = 0; i < 3; ++i) {
      ASSERT_EQ(some[i].grad().defined(), (wanted >> i & 1) != 0) << wanted << " " << i;
      if (some[i].grad().defined()) {
        EXPECT_TRUE(some[i].grad().equal(all[i].grad())) << wanted << " " << i;
      }
    }
  }
}

TEST(CrossEntropy, KeepsNoGraphWithoutGradients) {
  const at::Tensor hidden = random_tensor({9, 4}, 1).requires_grad_(true),
                   weight = random_tensor({7, 4}, 2).requires_grad_(true);
  const at::Tensor targets = random_targets(9, 7, 3);
  const double with_graph = projected_cross_entropy(hidden, weight, targets, 0.1).loss_sum.item<double>();
  const at::NoGradGuard no_grad;
  const auto sums = projected_cross_entropy(hidden, weight, targets, 0.1);
  EXPECT_FALSE(sums.loss_sum.requires_grad());
  EXPECT_EQ(sums.loss_sum.item<double>(), with_graph);
}

TEST(CrossEntropy, NoRowsCostNothing) {
  const at::Tensor hidden = at::zeros({0, 4}, at::kDouble).requires_grad_(true);
  const at::Tensor weight = random_tensor({7, 4}, 2).requires_grad_(true);
  const auto sums = projected_cross_entropy(hidden, weight, at::zeros({0}, at::kLong), 0.1);
  EXPECT_EQ(sums.loss_sum.item<double>(), 0);
  EXPECT_EQ(sums.nll_sum.item<double>(), 0);
  sums.loss_sum.backward();
  EXPECT_EQ(hidden.grad().sizes(), hidden.sizes());
  EXPECT_EQ(weight.grad().abs().max().item<double>(), 0);
}

TEST_P(CrossEntropyOfType, ExtremeLogitsStayFinite) {
  for (const double size : {1e2, 1e4, 1e30}) {
    const at::Tensor logits = (size * random_tensor({6, 5}, 1)).to(GetParam()).requires_grad_(true);
    const auto sums = projected_cross_entropy(logits, at::eye(5, GetParam()), random_targets(6, 5, 2), 0.1);
    sums.loss_sum.backward();
    EXPECT_TRUE(std::isfinite(sums.loss_sum.item<double>())) << size;
    EXPECT_TRUE(std::isfinite(sums.nll_sum.item<double>())) << size;
    EXPECT_LE(logits.grad().abs().max().item<double>(), 1) << size;
  }
}

TEST(CrossEntropy, ReadsStridedInputs) {
  const at::Tensor hidden = random_tensor({4, 20}, 1).t().detach().requires_grad_(true);
  const at::Tensor weight = random_tensor({4, 7}, 2).t().detach().requires_grad_(true);
  const at::Tensor targets = random_targets(20, 7, 3);
  const Reference reference = whole_logits(hidden, weight, targets, 0.1);
  projected_cross_entropy(hidden, weight, targets, 0.1).loss_sum.backward();
  EXPECT_LT(relative_difference(hidden.grad(), reference.grad_hidden), 1e-12);
  EXPECT_LT(relative_difference(weight.grad(), reference.grad_weight), 1e-12);
}

TEST(CrossEntropy, TargetsOutsideTheVocabularyAreRefused) {
  const at::Tensor hidden = random_tensor({2, 4}, 1), weight = random_tensor({7, 4}, 2);
  for (const std::int64_t wrong : {-1, 7}) {
    const at::Tensor targets = prenorm::testing::integer_tensor(std::vector<std::int64_t>{0, wrong});
    EXPECT_ANY_THROW(projected_cross_entropy(hidden, weight, targets, 0.1)) << wrong;
  }
}

}  // namespace
}  // namespace prenorm::ops
