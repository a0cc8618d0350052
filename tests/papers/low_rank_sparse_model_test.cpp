// The layer against plain loops, its gradient against finite differences, samples against their law.
#include "prenorm/papers/low_rank_sparse/model.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/matmul.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "finite_differences.h"
#include "golden_file.h"
#include "random_tensor.h"

namespace prenorm::papers::low_rank_sparse {
namespace {

using prenorm::testing::random_tensor;
using Vector = std::vector<double>;

DataLaw small_law(Discriminative discriminative = Discriminative::kTwoPatterns) {
  DataLaw law;
  law.discriminative = discriminative;
  law.patterns = 6;
  law.dimension = 7;
  law.tokens = 9;
  law.relevant = 4;
  return law;
}

Samples small_samples(const DataLaw& law, std::int64_t count = 5) {
  return draw_samples(law, draw_patterns(law, test::test_seed(1)), test::test_seed(2), count);
}

Model small_model() {
  Model model = initial_model({5, 0.7, 1}, 7, test::test_seed(3));
  for (std::uint64_t i = 0; i < model.weights.size(); ++i)
    model.weights.at(i) = model.weights.at(i) + 0.3 * random_tensor(model.weights.at(i).sizes(), 10 + i);
  return model;
}

Vector times(const at::Tensor& matrix, const Vector& x) {
  Vector out(static_cast<std::size_t>(matrix.size(0)));
  for (std::size_t r = 0; r < out.size(); ++r)
    for (std::size_t c = 0; c < x.size(); ++c) out[r] += matrix.data_ptr<double>()[r * x.size() + c] * x[c];
  return out;
}

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// F of one sample by the formula in model.h, in plain loops.
double plain_output(const Model& model, const at::Tensor& tokens) {
  std::vector<Vector> x;
  for (std::int64_t l = 0; l < tokens.size(0); ++l) {
    const double* first = tokens.data_ptr<double>() + l * tokens.size(1);
    x.emplace_back(first, first + tokens.size(1));
  }
  double sum = 0;
  for (const Vector& query : x) {
    Vector mixed(query.size());
    double total = 0;
    for (const Vector& key : x) {
      const double weight = std::exp(dot(times(model.weights[kKey], key), times(model.weights[kQuery], query)));
      total += weight;
      for (std::size_t i = 0; i < mixed.size(); ++i) mixed[i] += weight * key[i];
    }
    for (double& value : mixed) value /= total;
    const Vector hidden = times(model.weights[kOutput], times(model.weights[kValue], mixed));
    for (std::size_t i = 0; i < hidden.size(); ++i) sum += model.signs.data_ptr<double>()[i] * std::max(0.0, hidden[i]);
  }
  return sum / static_cast<double>(x.size());
}

TEST(LowRankModel, ComputesWhatTheFormulaSays) {
  const Model model = small_model();
  const Samples samples = small_samples(small_law());
  const at::Tensor outputs = outputs_of(model, samples.tokens);
  double hinge = 0;
  for (std::int64_t s = 0; s < 5; ++s) {
    const double expected = plain_output(model, samples.tokens[s].contiguous());
    EXPECT_NEAR(outputs[s].item<double>(), expected, 1e-12);
    hinge += std::max(0.0, 1 - samples.labels[s].item<double>() * expected) / 5;
  }
  EXPECT_NEAR(mean_hinge(outputs, samples.labels), hinge, 1e-12);
  EXPECT_NEAR(loss_gradient(model, samples).loss, hinge, 1e-12);
}

TEST(LowRankModel, GradientIsThatOfFiniteDifferences) {
  const Model model = small_model();
  const Samples samples = small_samples(small_law(), 12);
  const Matrices gradient = loss_gradient(model, samples).gradient;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    const at::Tensor expected = testing::finite_differences(
        model.weights.at(i), [&] { return mean_hinge(outputs_of(model, samples.tokens), samples.labels); });
    EXPECT_LT(testing::relative_difference(gradient.at(i), expected), 1e-7) << kMatrixNames.at(i);
    EXPECT_GT(expected.abs().max().item<double>(), 1e-4);
  }
}

TEST(LowRankModel, HasNoGradientOutsideTheMargin) {
  Model model = small_model();
  Samples samples = small_samples(small_law());
  const at::Tensor outputs = outputs_of(model, samples.tokens);
  samples.labels = outputs.sign();
  model.signs = model.signs * (2 / outputs.abs().min().item<double>());
  const LossGradient step = loss_gradient(model, samples);
  EXPECT_EQ(step.loss, 0);
  for (const at::Tensor& gradient : step.gradient) EXPECT_EQ(gradient.abs().max().item<double>(), 0);
  EXPECT_EQ(error_rate(outputs, samples.labels), 0);
  EXPECT_EQ(error_rate(outputs, -samples.labels), 1);
}

TEST(LowRankSamples, HaveOrthonormalPatterns) {
  const at::Tensor patterns = draw_patterns(small_law(), test::test_seed(4));
  EXPECT_TRUE(at::allclose(at::matmul(patterns, patterns.t()), at::eye(6, at::kDouble), 0, 1e-12));
}

// Without noise, the products of tokens and patterns are the counts.
TEST(LowRankSamples, HaveExactCounts) {
  for (const auto kind : {Discriminative::kOneDirection, Discriminative::kTwoPatterns, Discriminative::kFourPatterns}) {
    DataLaw law = small_law(kind);
    law.noise = 0;
    const at::Tensor patterns = draw_patterns(law, test::test_seed(5));
    const Samples samples = draw_samples(law, patterns, test::test_seed(6), 40);
    const at::Tensor counts = at::matmul(samples.tokens.sum(1), patterns.t());
    std::vector<double> seen(2);
    for (std::int64_t s = 0; s < 40; ++s) {
      const double label = samples.labels[s].item<double>();
      const auto discriminative = counts[s].narrow(0, 0, law.directions());
      const std::int64_t half = law.directions() / 2;
      const double votes =
          half == 0
              ? discriminative.sum().item<double>()
              : (discriminative.narrow(0, 0, half).sum() - discriminative.narrow(0, half, half).sum()).item<double>();
      EXPECT_NEAR(votes, label * 2, 1e-9) << enum_name(kind);  // 4 relevant, 2 confusing tokens
      EXPECT_NEAR(counts[s].narrow(0, law.directions(), law.irrelevant()).sum().item<double>(), 3, 1e-9);
      if (half > 0) {
        EXPECT_NEAR(discriminative.max().item<double>(), 4, 1e-9);
      }
      ++seen[label > 0 ? 1 : 0];
    }
    EXPECT_GT(std::min(seen[0], seen[1]), 5);
  }
}

TEST(LowRankSamples, KeepTokensWhenLabelsAreShuffled) {
  DataLaw law = small_law();
  const Samples with_labels = small_samples(law, 64);
  law.labels = Labels::kShuffled;
  const Samples shuffled = small_samples(law, 64);
  law.labels = Labels::kRandom;
  const Samples random = small_samples(law, 64);
  for (const Samples* other : {&shuffled, &random}) {
    EXPECT_TRUE(at::allclose(other->tokens, with_labels.tokens, 0, 0));
    EXPECT_LT((other->labels * with_labels.labels).mean().abs().item<double>(), 0.6);
  }
  EXPECT_EQ(shuffled.labels.sum().item<double>(), with_labels.labels.sum().item<double>());
}

TEST(LowRankSamples, HaveNoiseOfTheRightSize) {
  DataLaw law = small_law();
  const Samples clean = [&] {
    DataLaw without = law;
    without.noise = 0;
    return small_samples(without, 300);
  }();
  law.noise = 0.5;
  const at::Tensor noise = small_samples(law, 300).tokens - clean.tokens;
  EXPECT_NEAR(noise.square().sum(-1).mean().item<double>(), 0.25, 0.015);  // deviation: 0.0026
}

}  // namespace
}  // namespace prenorm::papers::low_rank_sparse
