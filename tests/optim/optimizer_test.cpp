// Optimizers against PyTorch's (and the RAdam paper's) recorded trajectories.
#include "prenorm/optim/optimizer.h"
#include "prenorm/optim/gradient_norm.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "golden_file.h"
#include "prenorm/base/error.h"
#include "random_tensor.h"

namespace prenorm::optim {
namespace {

using prenorm::testing::golden;
using prenorm::testing::random_tensor;
using prenorm::testing::relative_difference;

struct Case {
  std::string trajectory;
  OptimizerName name;
  bool weight_decay = false, momentum = false, no_eps = false;
};
const std::vector<Case> kCases{{"adam", OptimizerName::kAdam},
                               {"adam_l2", OptimizerName::kAdam, true},
                               {"adamw", OptimizerName::kAdamW, true},
                               {"radam_paper", OptimizerName::kRAdam, false, false, true},
                               {"radam_paper_eps", OptimizerName::kRAdam},
                               {"radam_paper_eps_l2", OptimizerName::kRAdam, true},
                               {"sgd", OptimizerName::kSgd},
                               {"sgd_momentum", OptimizerName::kSgd, false, true},
                               {"sgd_momentum_l2", OptimizerName::kSgd, true, true}};

OptimConfig config_of(const Case& c, const io::TensorFile& file) {
  const auto number = [&](const std::string& key) { return std::stod(file.metadata.at(key)); };
  OptimConfig config;
  config.name = c.name;
  config.beta1 = number("beta1");
  config.beta2 = number("beta2");
  config.eps = c.no_eps ? 0 : number("eps");
  config.weight_decay = c.weight_decay ? number("weight_decay") : 0;
  config.momentum = c.momentum ? number("momentum") : 0;
  return config;
}

// Gradients are passed divided by `scale`, and step() has to multiply them by it.
void expect_trajectory(const Case& c, at::ScalarType dtype, double scale, double tolerance) {
  const io::TensorFile file = golden("optimizers");
  const at::Tensor &gradients = file.at("gradients"), &expected = file.at(c.trajectory + ".trajectory");
  const at::Tensor value = file.at("parameters").to(dtype, /*non_blocking=*/false, /*copy=*/true);
  const at::Tensor gradient = at::zeros(value.sizes(), dtype);
  Optimizer optimizer(config_of(c, file), value, gradient);
  for (std::int64_t i = 0; i < gradients.size(0); ++i) {
    gradient.copy_(gradients.select(0, i) / scale);
    optimizer.step(file.at("lr").select(0, i).item<double>(), scale);
    ASSERT_LT(relative_difference(value, expected.select(0, i)), tolerance) << "update " << i + 1;
  }
  EXPECT_EQ(optimizer.updates(), gradients.size(0));
}

class OptimizerCase : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Recorded, OptimizerCase, ::testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.trajectory; });

TEST_P(OptimizerCase, FollowsTheTrajectoryInDouble) { expect_trajectory(GetParam(), at::kDouble, 1, 1e-13); }
TEST_P(OptimizerCase, FollowsTheTrajectoryInFloat) { expect_trajectory(GetParam(), at::kFloat, 1, 1e-5); }
TEST_P(OptimizerCase, AppliesTheGradientScale) { expect_trajectory(GetParam(), at::kDouble, 1024, 1e-13); }

// The paper rectifies where ρ_t > 4, PyTorch 1.13 where ρ_t > 5: with β2 = 0.98 they part at update 5.
TEST(RAdam, PartsFromPyTorchWhereThePaperDoes) {
  const io::TensorFile file = golden("optimizers");
  const at::Tensor paper = file.at("radam_paper_eps.trajectory"), torch = file.at("radam_torch.trajectory");
  for (std::int64_t i = 0; i < 4; ++i) EXPECT_LT(relative_difference(paper.select(0, i), torch.select(0, i)), 1e-12);
  EXPECT_GT(relative_difference(paper.select(0, 4), torch.select(0, 4)), 1e-4);
}

// A constant gradient has m̂ = g and v̂ = g²: update t moves by η g while ρ_t <= 4 and by η r_t afterwards. The r_t were
// worked out with rational numbers; ρ_4 = 3.949 and 3.997, ρ_5 = 4.919 and 4.996.
TEST(RAdam, RectifiesFromUpdate5OnByFactorsWorkedOutByHand) {
  const std::map<double, std::map<int, double>> factors_by_beta2{
      {0.98, {{5, 0.07655270523486145}, {6, 0.11552321163629198}, {7, 0.146886994452933}, {100, 0.8196727883693886}}},
      {0.999,
       {{5, 0.017311503166379555}, {6, 0.025821112801865217}, {7, 0.03273881441005947}, {100, 0.21533543653820011}}}};
  constexpr double kRate = 0.5, kGradient = 3;
  for (const auto& [beta2, factors] : factors_by_beta2) {
    OptimConfig config;
    config.name = OptimizerName::kRAdam;
    config.beta2 = beta2;
    config.eps = 1e-30;
    const at::Tensor value = at::zeros({1}, at::kDouble), gradient = at::zeros({1}, at::kDouble).fill_(kGradient);
    Optimizer optimizer(config, value, gradient);
    for (int t = 1; t <= 100; ++t) {
      const double before = value.item<double>();
      optimizer.step(kRate);
      const double moved = before - value.item<double>();
      if (t < 5) {
        EXPECT_NEAR(moved, kRate * kGradient, 1e-12) << t;
      }
      if (factors.contains(t)) {
        EXPECT_NEAR(moved, kRate * factors.at(t), 1e-11) << beta2 << " " << t;
      }
    }
  }
}

// Without rectification (ρ∞ <= 4 for β2 <= 0.6) RAdam is momentum with bias correction for ever.
TEST(RAdam, NeverDividesWhenRectificationIsImpossible) {
  for (const double beta2 : {0.0, 0.5, 0.6}) {
    OptimConfig config;
    config.name = OptimizerName::kRAdam;
    config.beta1 = 0;
    config.beta2 = beta2;
    const at::Tensor value = at::zeros({3}, at::kDouble), gradient = random_tensor({3}, 1);
    Optimizer optimizer(config, value, gradient);
    for (int i = 0; i < 200; ++i) optimizer.step(0.5);
    EXPECT_LT(relative_difference(value, -100 * gradient), 1e-12) << beta2;
  }
}

class OptimizerOfName : public ::testing::TestWithParam<OptimizerName> {
 protected:
  OptimConfig config() const {
    OptimConfig c;
    c.name = GetParam();
    c.momentum = 0.9;
    c.weight_decay = 0.01;
    return c;
  }
};
INSTANTIATE_TEST_SUITE_P(Names, OptimizerOfName,
                         ::testing::Values(OptimizerName::kAdam, OptimizerName::kAdamW, OptimizerName::kRAdam,
                                           OptimizerName::kSgd),
                         [](const auto& test) { return std::string(enum_name(test.param)); });

// Tensors whose ends fall on no boundary of the pieces, one of them empty.
TEST_P(OptimizerOfName, NormsByTensorAreThoseOfTheUpdateAndChangeNoBit) {
  const std::vector<std::int64_t> ends{1, 1, 2'050, 70'003, 70'010};
  const at::Tensor start = random_tensor({ends.back()}, 3).to(at::kFloat),
                   gradient = random_tensor({ends.back()}, 4).to(at::kFloat);
  const at::Tensor plain = start.clone(), measured = start.clone();
  Optimizer one(config(), plain, gradient), other(config(), measured, gradient);
  at::Tensor before;
  std::vector<UpdateNorms> norms;
  for (int i = 0; i < 3; ++i) {
    before = measured.clone();
    one.step(0.01, 0.5);
    norms = other.step_with_norms(0.01, 0.5, ends);
    ASSERT_TRUE(plain.equal(measured)) << "update " << i + 1;
  }
  ASSERT_EQ(norms.size(), ends.size());
  for (std::size_t t = 0; t < ends.size(); ++t) {
    const std::int64_t begin = t > 0 ? ends[t - 1] : 0, count = ends[t] - begin;
    const auto of = [&](const at::Tensor& x) { return l2_norm(x.narrow(0, begin, count)); };
    EXPECT_NEAR(norms[t].gradient, of(gradient), 1e-12 * of(gradient));
    EXPECT_NEAR(norms[t].weight, of(measured), 1e-12 * of(measured));
    const double change = of(measured.to(at::kDouble) - before.to(at::kDouble));
    EXPECT_NEAR(norms[t].change, change, 1e-12 * change);
  }
}

TEST_P(OptimizerOfName, ContinuesBitwiseFromItsState) {
  constexpr std::int64_t kCount = 1003;
  const at::Tensor value = random_tensor({kCount}, 1, at::kFloat), gradient = at::zeros({kCount}, at::kFloat);
  Optimizer first(config(), value, gradient);
  const auto step = [&](Optimizer& optimizer, const at::Tensor& g, std::uint64_t i) {
    g.copy_(random_tensor({kCount}, 100 + i));
    optimizer.step(0.01 * static_cast<double>(i), 0.5);
  };
  for (std::uint64_t i = 1; i <= 10; ++i) step(first, gradient, i);

  const at::Tensor other_value = value.clone(), other_gradient = at::zeros({kCount}, at::kFloat);
  Optimizer second(config(), other_value, other_gradient);
  const auto from = first.state(), to = second.state();
  ASSERT_EQ(from.size(), to.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    EXPECT_EQ(from[i].first, to[i].first);
    EXPECT_EQ(from[i].second.sizes(), value.sizes());
    to[i].second.copy_(from[i].second);
  }
  second.set_updates(first.updates());
  for (std::uint64_t i = 11; i <= 20; ++i) {
    step(first, gradient, i);
    step(second, other_gradient, i);
  }
  EXPECT_TRUE(value.equal(other_value));
  EXPECT_EQ(second.updates(), 20);
}

TEST_P(OptimizerOfName, DoesNotDependOnTheNumberOfThreads) {
  constexpr std::int64_t kCount = 200'003;
  const int threads = at::get_num_threads();
  at::Tensor results[2];
  for (int i = 0; i < 2; ++i) {
    at::set_num_threads(i + 1);
    results[i] = random_tensor({kCount}, 1, at::kFloat);
    Optimizer optimizer(config(), results[i], random_tensor({kCount}, 2, at::kFloat));
    for (int step = 0; step < 6; ++step) optimizer.step(0.01);
  }
  at::set_num_threads(threads);
  EXPECT_TRUE(results[0].equal(results[1]));
}

// A group is an optimizer of its own: two groups are two optimizers on the halves, each with its rate and decay, as
// PyTorch's param_groups are.
TEST_P(OptimizerOfName, GroupsAreOptimizersOnTheirPartsOfTheBuffers) {
  constexpr std::int64_t kCount = 5'003, kCut = 2'101;
  const std::vector<ParameterGroup> groups{{kCut, 1, 0}, {kCut, 9, 9}, {kCount, 0.25, 0.3}};  // one of them empty
  const at::Tensor start = random_tensor({kCount}, 1, at::kFloat), gradient = random_tensor({kCount}, 2, at::kFloat);
  const at::Tensor value = start.clone(), measured = start.clone();
  Optimizer grouped(config(), value, gradient, groups), with_norms(config(), measured, gradient, groups);
  OptimConfig low = config(), high = config();
  low.weight_decay = 0;
  high.weight_decay = 0.3;
  const at::Tensor low_value = start.narrow(0, 0, kCut).clone(),
                   high_value = start.narrow(0, kCut, kCount - kCut).clone();
  Optimizer first(low, low_value, gradient.narrow(0, 0, kCut)),
      second(high, high_value, gradient.narrow(0, kCut, kCount - kCut));
  const std::vector<std::int64_t> ends{1'000, kCount};
  for (int i = 1; i <= 8; ++i) {
    const double rate = 0.01 * i;
    grouped.step(rate, 0.5);
    with_norms.step_with_norms(rate, 0.5, ends);
    first.step(rate, 0.5);
    second.step(0.25 * rate, 0.5);
  }
  EXPECT_TRUE(value.narrow(0, 0, kCut).equal(low_value));
  EXPECT_TRUE(value.narrow(0, kCut, kCount - kCut).equal(high_value));
  EXPECT_TRUE(measured.equal(value));
}

TEST_P(OptimizerOfName, OneGroupIsTheOptimizerWithoutGroups) {
  constexpr std::int64_t kCount = 70'003;
  const at::Tensor gradient = random_tensor({kCount}, 2, at::kFloat);
  const at::Tensor plain = random_tensor({kCount}, 1, at::kFloat), grouped = plain.clone();
  Optimizer one(config(), plain, gradient), other(config(), grouped, gradient, {{kCount, 1, config().weight_decay}});
  for (int i = 0; i < 5; ++i) {
    one.step(0.01);
    other.step(0.01);
  }
  EXPECT_TRUE(plain.equal(grouped));
}

TEST_P(OptimizerOfName, GroupsMustCoverTheBuffersInOrder) {
  const at::Tensor value = at::zeros({10}), gradient = at::zeros({10});
  for (const std::vector<ParameterGroup>& groups :
       std::vector<std::vector<ParameterGroup>>{{{9}}, {{11}}, {{7}, {3}, {10}}, {{-1}, {10}}})
    EXPECT_THROW(Optimizer(config(), value, gradient, groups), Error);
}

TEST_P(OptimizerOfName, NoParametersAreNoError) {
  Optimizer optimizer(config(), at::zeros({0}), at::zeros({0}));
  optimizer.step(0.1);
  EXPECT_EQ(optimizer.updates(), 1);
}

// Every optimizer, at rate zero, leaves the parameters where they are.
TEST_P(OptimizerOfName, RateZeroChangesNothing) {
  const at::Tensor value = random_tensor({17}, 1, at::kFloat), before = value.clone();
  Optimizer optimizer(config(), value, random_tensor({17}, 2, at::kFloat));
  for (int i = 0; i < 8; ++i) optimizer.step(0);
  EXPECT_TRUE(value.equal(before));
}

// Parameters whose gradient is always zero (rows of an embedding that no token uses) stay and stay finite.
TEST_P(OptimizerOfName, ZeroGradientMovesNothing) {
  OptimConfig plain = config();
  plain.weight_decay = 0;
  const at::Tensor value = random_tensor({17}, 1, at::kFloat), before = value.clone();
  Optimizer optimizer(plain, value, at::zeros({17}, at::kFloat));
  for (int i = 0; i < 20; ++i) optimizer.step(0.1);
  EXPECT_TRUE(value.equal(before));
}

TEST(L2Norm, EqualsADoubleSum) {
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble})
    for (const std::int64_t count : {0, 1, 7, 1 << 14, (1 << 14) + 1, 300'001}) {
      const at::Tensor x = random_tensor({count}, 1, dtype), wide = x.to(at::kDouble);
      long double sum = 0;
      for (std::int64_t i = 0; i < count; ++i)
        sum += static_cast<long double>(wide.data_ptr<double>()[i]) * wide.data_ptr<double>()[i];
      const auto expected = static_cast<double>(std::sqrt(sum));
      EXPECT_NEAR(l2_norm(x), expected, 1e-13 * expected) << count;
    }
}

TEST(L2Norm, IsTheSameForAnyNumberOfThreads) {
  const int threads = at::get_num_threads();
  const at::Tensor x = random_tensor({1'000'003}, 1, at::kFloat);
  at::set_num_threads(1);
  const double one = l2_norm(x);
  at::set_num_threads(2);
  EXPECT_EQ(one, l2_norm(x));
  at::set_num_threads(threads);
}

// Squares of large and tiny float32 gradients leave the range of float32 but not of the sum.
TEST(L2Norm, SumsOutsideTheRangeOfFloat) {
  EXPECT_NEAR(l2_norm(at::zeros({4}, at::kFloat).fill_(1e30)), 2e30, 1e24);
  EXPECT_NEAR(l2_norm(at::zeros({4}, at::kFloat).fill_(1e-30)), 2e-30, 1e-36);
}

TEST(L2Norm, ShowsWhatIsNotFinite) {
  at::Tensor x = at::zeros({100'000}, at::kFloat);
  x.data_ptr<float>()[77'777] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(l2_norm(x)));
  x.data_ptr<float>()[77'777] = -std::numeric_limits<float>::infinity();
  EXPECT_TRUE(std::isinf(l2_norm(x)));
}

TEST(L2Norm, ReadsStridedTensors) {
  const at::Tensor x = random_tensor({40, 30}, 1);
  EXPECT_NEAR(l2_norm(x.t()), l2_norm(x), 1e-12);
  EXPECT_NEAR(l2_norm(x.select(1, 3)), l2_norm(x.select(1, 3).contiguous()), 1e-14);
}

}  // namespace
}  // namespace prenorm::optim
