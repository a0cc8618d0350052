// The checks of the experiment on Ahn et al. 2023 hold for models of the kind that the paper claims, and for no others.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/papers/icl_preconditioned_gd/deep_layers.h"
#include "prenorm/papers/icl_preconditioned_gd/models.h"
#include "prenorm/papers/icl_preconditioned_gd/ordering.h"
#include "test_seed.h"

namespace prenorm::papers::icl_preconditioned_gd {
namespace {

using Names = std::vector<std::string>;

Names failed(const std::vector<Check>& checks) {
  Names names;
  for (const Check& c : checks)
    if (!c.pass()) names.push_back(c.name);
  return names;
}

Trained made(const std::vector<double>& parameters, double loss) { return {{0}, {loss}, {parameters}, loss}; }

std::vector<double> multiples(const std::vector<double>& factors, const Square& matrix) {
  std::vector<double> parameters;
  for (const double factor : factors)
    for (const double value : matrix.values) parameters.push_back(factor * value);
  return parameters;
}

TEST(PreconditionedGdChecks, HoldForMultiplesOfTheInverseCovarianceAlone) {
  const std::uint64_t seed = test::test_seed(1);
  const DeepCase c{"theorem_3", "Theorem 3", Form::kMatricesA, 3, Inputs::kRotated};
  const Trained optimum = made({0.69, 0.423, 1.717}, 0.134);
  const Square inverse = rotated_covariance(seed).inverse(), identity = identity_covariance().rotation;
  EXPECT_EQ(failed(deep_checks(c, seed, made(multiples({-0.68, -0.42, -1.7}, inverse), 0.136), optimum)), Names{});
  EXPECT_EQ(failed(deep_checks(c, seed, made(multiples({-0.68, -0.42, -1.7}, inverse), 0.28), optimum)),
            Names{"theorem_3_log_loss"});
  EXPECT_EQ(failed(deep_checks(c, seed, made(multiples({-0.68, -0.42, -1.7}, identity), 0.136), optimum)),
            (Names{"theorem_3_a_distance", "theorem_3_critical_point", "theorem_3_a_itself_low",
                   "theorem_3_a_itself_high", "theorem_3_sorted_scalars"}));
}

TEST(PreconditionedGdChecks, FailForModelsThatDiverged) {
  const DeepCase c{"theorem_3", "Theorem 3", Form::kMatricesA, 3, Inputs::kRotated};
  const double nan = std::nan("");
  const Trained diverged = trained_from_json(to_json(made(std::vector<double>(75, nan), nan)));
  EXPECT_EQ(failed(deep_checks(c, 1, diverged, made({nan, nan, nan}, nan))).size(), 6U);
  EXPECT_EQ(failed(depth_checks(3, 1, {nan, nan, nan, nan})).size(), 3U);
}

TEST(PreconditionedGdChecks, WantGrowingStepsAndSmallLossOfAAndB) {
  const DeepCase c{"theorem_4", "Theorem 4", Form::kMatricesAAndB, 3, Inputs::kIsotropic};
  const Square identity = identity_covariance().rotation;
  const auto scalars = [&](std::vector<double> s, double loss) {
    std::vector<double> signs = s;
    for (std::size_t i = 0; i < s.size(); i += 2) signs[i] = -s[i];
    return failed(deep_checks(c, 1, made(multiples(signs, identity), loss), made(s, loss)));
  };
  EXPECT_EQ(scalars({0.38, 0.9, 2.4, 0.57, 9.5}, 8e-4), Names{});
  EXPECT_EQ(scalars({0.38, 0.9, 2.4, 0.57, 9.5}, 0.13), Names{"theorem_4_loss"});
  EXPECT_EQ(scalars({0.38, -0.9, 0.2, 0.57, 9.5}, 8e-4), Names{"theorem_4_order"});
}

TEST(PreconditionedGdChecks, WantEveryFormBetterThanTheNext) {
  EXPECT_EQ(failed(depth_checks(3, 1, {1e-3, 0.13, 0.27, 1.4})), Names{});
  EXPECT_EQ(failed(depth_checks(3, 1, {0.13, 0.13, 0.27, 0.2})), (Names{"a_and_b_over_a", "pgd_over_gd"}));
  EXPECT_EQ(failed(depth_checks(1, 1, {1.15, 1.15, 1.16, 2.2})), Names{});
  EXPECT_EQ(failed(depth_checks(1, 1, {1.15, 1.0, 1.16, 2.2})), (Names{"a_and_b_over_a", "a_over_pgd"}));
}

TEST(PreconditionedGdChecks, ModelsAreReadBackAsTheyWere) {
  const std::uint64_t seed = test::test_seed(2);
  const Model model = recursion_model({Form::kMatricesAAndB, 2, 12}, Inputs::kRotated,
                                      {.steps = 4, .prompts = 64, .record_every = 2, .seed = seed, .start = {}});
  const std::vector<Trained> trained = train_all("test", {model}, Cells());
  const Trained again = trained_from_json(to_json(trained[0]));
  EXPECT_EQ(again.parameters, trained[0].parameters);
  EXPECT_EQ(again.test, trained[0].test);
  EXPECT_EQ(trained[0].step, (std::vector<double>{0, 2, 4}));
  const LayerMatrices m =
      matrices_of(trained[0].last(), Form::kMatricesAAndB, identity_covariance(), Coordinates::kOriginal);
  EXPECT_EQ(m.a.size(), 2U);
  EXPECT_EQ(m.b.size(), 1U);
  EXPECT_EQ(m.a[1].values.back(), trained[0].last().back());
}

}  // namespace
}  // namespace prenorm::papers::icl_preconditioned_gd
