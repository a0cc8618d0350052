// The equations, the networks and the closed forms against plain loops and counts.
#include <ATen/TensorOperators.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/models/causal_lm.h"
#include "prenorm/papers/norm_only/descent.h"
#include "prenorm/papers/norm_only/evaluate.h"
#include "prenorm/papers/norm_only/language_study.h"
#include "prenorm/papers/norm_only/matrices.h"
#include "prenorm/papers/norm_only/networks.h"
#include "prenorm/papers/norm_only/sparse.h"
#include "test_seed.h"

namespace prenorm::papers::norm_only {
namespace {

double at2(const at::Tensor& t, std::int64_t i, std::int64_t j) { return t[i][j].item<double>(); }

TEST(NormOnlyEquations, AreTheProductWrittenOut) {
  const FrozenPair frozen = frozen_pair(3, 5, test::test_seed(1));
  const at::Tensor system = khatri_rao(frozen.second, frozen.first);
  const at::Tensor gamma = normal_matrix("gamma", test::test_seed(2), {1, 5}, 1)[0];
  const at::Tensor product = scaled_product(frozen.second, gamma, frozen.first);
  ASSERT_EQ(system.sizes(), (std::vector<std::int64_t>{9, 5}));
  for (std::int64_t i = 0; i < 3; ++i)
    for (std::int64_t j = 0; j < 3; ++j) {
      double sum = 0;
      for (std::int64_t k = 0; k < 5; ++k) {
        EXPECT_DOUBLE_EQ(at2(system, 3 * i + j, k), at2(frozen.second, i, k) * at2(frozen.first, k, j));
        sum += at2(frozen.second, i, k) * gamma[k].item<double>() * at2(frozen.first, k, j);
      }
      EXPECT_NEAR(at2(product, i, j), sum, 1e-14);
    }
}

TEST(NormOnlyEquations, OfRepeatedUnitsAreSingular) {
  FrozenPair frozen = frozen_pair(4, 16, test::test_seed(1));
  frozen.first[3].copy_(2 * frozen.first[0]);
  frozen.second.select(1, 3).copy_(frozen.second.select(1, 0));
  const Solution solution = solve_scales(frozen.second, frozen.first, target_matrix(4, 1, test::test_seed(2)));
  EXPECT_EQ(solution.spectrum.rank(), 15);
  EXPECT_FALSE(solution.spectrum.full_rank());
  EXPECT_TRUE(std::isinf(solution.spectrum.condition()));
  EXPECT_GT(solution.residual, 1e-4);
}

// The network in loops over units, from the definitions of skips in network.h.
std::vector<double> pass_by_loops(const Network& network, std::vector<double> stream) {
  const auto relu = [](double x) { return x > 0 ? x : 0; };
  std::vector<double> input = stream;
  for (std::size_t i = 0; i < network.pairs.size(); ++i) {
    const Pair& p = network.pairs[i];
    const bool first = i % static_cast<std::size_t>(network.pairs_per_layer) == 0;
    if (first) input = stream;
    const std::vector<double>& read = network.skips == Skips::kInput ? input : stream;
    std::vector<double> hidden, next;
    for (std::int64_t k = 0; k < p.first.size(0); ++k) {
      double u = 0;
      for (std::int64_t j = 0; j < p.first.size(1); ++j) u += at2(p.first, k, j) * read[static_cast<std::size_t>(j)];
      hidden.push_back(relu(p.inner.scale[k].item<double>() * u + p.inner.shift[k].item<double>()));
    }
    for (std::int64_t r = 0; r < p.second.size(0); ++r) {
      double u = 0;
      for (std::int64_t k = 0; k < p.second.size(1); ++k)
        u += at2(p.second, r, k) * hidden[static_cast<std::size_t>(k)];
      double value = p.outer.scale[r].item<double>() * u + p.outer.shift[r].item<double>();
      const bool adds = network.skips == Skips::kPrevious || (network.skips == Skips::kInput && !first);
      if (adds) value += stream[static_cast<std::size_t>(r)];
      next.push_back(relu(value));
    }
    stream = next;
  }
  return stream;
}

TEST(NormOnlyNetwork, IsThatOfLoopsAndEqualsItsTarget) {
  const std::vector<at::Tensor> target = relu_target(4, 2, test::test_seed(1));
  const at::Tensor z = unit_ball(4, 3, test::test_seed(2));
  const at::Tensor expected = target_outputs(target, z);
  for (const Skips skips : {Skips::kNone, Skips::kInput, Skips::kPrevious})
    for (const std::int64_t k : {1, 2, 4}) {
      if (skips == Skips::kNone && k > 1) continue;
      const Built built = build(target, {skips, k, 0, test::test_seed(3)});
      EXPECT_EQ(built.network.pairs.size(), static_cast<std::size_t>(2 * k));
      EXPECT_EQ(built.network.pairs[0].first.size(0), 16 / k);
      const at::Tensor outputs = built.network(z);
      for (std::int64_t n = 0; n < 3; ++n) {
        const at::Tensor row = z[n].contiguous();
        const auto loops = pass_by_loops(built.network, {row.data_ptr<double>(), row.data_ptr<double>() + 4});
        for (std::int64_t r = 0; r < 4; ++r) {
          EXPECT_NEAR(at2(outputs, n, r), loops[static_cast<std::size_t>(r)], 1e-8);
          EXPECT_NEAR(at2(outputs, n, r), at2(expected, n, r), 1e-7) << k;
        }
      }
    }
}

TEST(NormOnlyNetwork, NeedsADivisor) {
  const std::vector<at::Tensor> target = relu_target(4, 1, 1);
  EXPECT_THROW(build(target, {Skips::kInput, 3, 0, 1}), UsageError);
  EXPECT_THROW(build(target, {Skips::kNone, 2, 0, 1}), UsageError);
}

TEST(NormOnlyNetwork, TakesOtherStatistics) {
  const at::Tensor u = normal_matrix("u", test::test_seed(1), {5, 3}, 2), two = at::eye(3, at::kDouble).sum(0) * 2;
  const Normalization plain{two, two * 3, {}, {}};
  const Normalization once = plain.with_statistics(two, two * 2), twice = once.with_statistics(two * 5, two);
  for (const Normalization& other : {once, twice})
    EXPECT_LT((other.of(u) - plain.of(u)).abs().max().item<double>(), 1e-13);
}

// Counted on random directions.
TEST(NormOnlyTheory, CountsInputsThatSwitchReluOff) {
  const std::int64_t d = 4;
  double total = 0;
  constexpr int kDraws = 50, kInputs = 400;
  for (int draw = 0; draw < kDraws; ++draw) {
    const auto key = test::test_seed(static_cast<std::uint64_t>(draw));
    const at::Tensor w = random_directions(d, at::zeros({d * d}, at::kDouble) + 1, key);
    const at::Tensor z = random_directions(d, at::zeros({kInputs}, at::kDouble) + 1.2, key + 500);
    total += (z.mm(w.t()).amax(1) > 1).sum().item<double>();
  }
  EXPECT_NEAR(total / (kDraws * kInputs), expected_off_share(d, 1.2), 0.03);
}

TEST(NormOnlyTheory, HalfOfTheDrawsHaveAnEmptyUnitAtTheTransition) {
  for (const std::int64_t d : {4, 16, 32}) EXPECT_NEAR(no_empty_unit_probability(d, expected_transition(d)), 0.5, 1e-9);
  EXPECT_NEAR(no_empty_unit_probability(16, paper_rate(16)), 0.911, 0.001);
}

TEST(NormOnlyDescent, StepsAreThoseOfTheClosedForm) {
  const std::uint64_t key = test::test_seed(1);
  const LinearDescent run = descend_scales(4, 32, 400, key);
  const double steps = steps_to_reach(4, 32, 1e-3, key);
  ASSERT_LT(steps, 400);
  EXPECT_LE(run.loss[static_cast<std::size_t>(steps)], 1e-3 * (1 + 1e-9));
  EXPECT_GT(run.loss[static_cast<std::size_t>(steps) - 1], 1e-3 * (1 - 1e-9));
  EXPECT_TRUE(std::isinf(steps_to_reach(4, 4, 1e-3, key)));
}

TEST(NormOnlyLanguage, TrainsNormsOrAsManyOthers) {
  ModelConfig config;
  config.decoder_layers = 1;
  config.d_model = 8;
  config.d_ff = 16;
  config.num_heads = 2;
  models::CausalLm model(config, Characters::vocabulary(), 1);
  const nn::Parameters& parameters = model.parameters();
  const at::Tensor norms = trained_mask(parameters, Trained::kNorms, 1);
  EXPECT_EQ(norms.sum().item<double>(), 6 * 8);  // two in the layer, one after it, a scale and a shift each
  const at::Tensor others = trained_mask(parameters, Trained::kRandom, test::test_seed(1));
  EXPECT_EQ(others.sum().item<double>(), 6 * 8);
  EXPECT_EQ((norms * others).sum().item<double>(), 0);
  EXPECT_EQ(trained_mask(parameters, Trained::kAll, 1).sum().item<double>(), static_cast<double>(parameters.count()));
  EXPECT_EQ(trained_mask(parameters, Trained::kNothing, 1).sum().item<double>(), 0);
}

TEST(NormOnlyLanguage, ReadsCharacters) {
  const std::vector<std::string> lines = {"Ab#c", "d"};
  const batches::TextBatch batch = Characters(lines, 6).whole(2);
  EXPECT_EQ(batch.tokens.ids, (std::vector<std::int64_t>{0, 1, 2, Characters::vocabulary() - 1}));
  EXPECT_EQ(batch.targets, (std::vector<std::int64_t>{1, 2, Characters::vocabulary() - 1, 3}));
  EXPECT_EQ(batch.sequences(), 2);
  EXPECT_THROW(Characters(lines, 7), DataError);
}

TEST(NormOnlyLanguage, CountsSigns) {
  const SignTest test = sign_test({1, 2, 3}, {2, 3, 1});
  EXPECT_EQ(test.held, 2);
  EXPECT_DOUBLE_EQ(test.probability(), 0.5);  // (3 + 1) / 8
}

}  // namespace
}  // namespace prenorm::papers::norm_only
