// The encoder against plain loops, its gradients against finite differences, its kernel against explicit gradients.
#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "prenorm/papers/encoder_convergence/lazy.h"
#include "prenorm/papers/encoder_convergence/training.h"
#include "test_seed.h"

namespace prenorm::papers::encoder_convergence {
namespace {

constexpr SampleSize kSmall{3, 4, 5};
constexpr Model kModels[] = {{Initialization::kLeCun, AttentionScale::kInverseRoot, 6},
                             {Initialization::kHe, AttentionScale::kInverse, 7},
                             {Initialization::kNtk, AttentionScale::kInverse, 6}};

double at_2d(const at::Tensor& matrix, std::int64_t i, std::int64_t j) { return matrix[i][j].item<double>(); }

// relu(W_V X^T beta_i) summed over tokens, unit by unit, as the paper writes it.
double plain_output(const Model& model, const Weights& w, const at::Tensor& x) {
  const std::int64_t tokens = x.size(0), d = x.size(1);
  double sum = 0;
  for (std::int64_t i = 0; i < tokens; ++i) {
    std::vector<double> beta;
    double total = 0;
    for (std::int64_t j = 0; j < tokens; ++j) {
      double logit = 0;
      for (std::int64_t k = 0; k < model.width; ++k) {
        double query = 0, key = 0;
        for (std::int64_t a = 0; a < d; ++a) {
          query += at_2d(w.query, k, a) * at_2d(x, i, a);
          key += at_2d(w.key, k, a) * at_2d(x, j, a);
        }
        logit += query * key;
      }
      beta.push_back(std::exp(model.tau_0() * logit));
      total += beta.back();
    }
    for (std::int64_t k = 0; k < model.width; ++k) {
      double value = 0;
      for (std::int64_t j = 0; j < tokens; ++j)
        for (std::int64_t a = 0; a < d; ++a)
          value += at_2d(w.value, k, a) * at_2d(x, j, a) * beta[static_cast<std::size_t>(j)] / total;
      sum += w.output[k].item<double>() * std::fmax(value, 0);
    }
  }
  return model.tau_1(tokens) * sum;
}

TEST(ConvergenceModel, IsThatOfThePaper) {
  const Samples samples = gaussian_samples(kSmall, test::test_seed(1));
  for (const Model& model : kModels) {
    Encoder encoder(model, samples);
    const Weights w = initial_weights(model, kSmall.dimension, test::test_seed(2));
    encoder.forward(w);
    for (std::int64_t n = 0; n < kSmall.samples; ++n) {
      const double expected = plain_output(model, w, samples.by_sample()[n]);
      EXPECT_NEAR(encoder.outputs()[n].item<double>(), expected, 1e-12 * (1 + std::abs(expected)));
    }
  }
}

TEST(ConvergenceModel, HasTheVariancesOfItsInitialization) {
  const auto variance = [](const at::Tensor& weight) { return weight.square().mean().item<double>(); };
  for (const Model& small : kModels) {
    const Model model{small.initialization, small.scale, 2000};
    const Weights w = initial_weights(model, 50, test::test_seed(3));
    const double gain = model.initialization == Initialization::kHe ? 2 : 1;
    const bool is_ntk = model.initialization == Initialization::kNtk;
    for (const at::Tensor* weight : {&w.query, &w.key, &w.value})
      EXPECT_NEAR(variance(*weight) / (is_ntk ? 1 : gain / 50), 1, 0.03);
    EXPECT_NEAR(variance(w.output) / (is_ntk ? 1 : gain / 2000), 1, 0.2);
    EXPECT_NEAR(model.tau_1(5), is_ntk ? 0.2 / std::sqrt(2000.0) : 0.2, 1e-12);
  }
}

TEST(ConvergenceModel, GradientOfEveryEntryIsThatOfFiniteDifferences) {
  const Samples samples = gaussian_samples(kSmall, test::test_seed(4));
  for (const Model& model : kModels) {
    Encoder encoder(model, samples);
    const Weights w = initial_weights(model, kSmall.dimension, test::test_seed(5));
    encoder.forward(w);
    const Weights gradient = encoder.gradient(w, encoder.outputs() - samples.labels);
    for (std::size_t weight = 0; weight < 4; ++weight) {
      const at::Tensor values = w.all().at(weight)->view(-1), slopes = gradient.all().at(weight)->reshape(-1);
      for (std::int64_t i = 0; i < values.numel(); ++i) {
        double* value = values.data_ptr<double>() + i;
        const double before = *value, step = 1e-6;
        const auto loss_at = [&](double moved) {
          *value = moved;
          encoder.forward(w);
          return encoder.loss();
        };
        const double expected = (loss_at(before + step) - loss_at(before - step)) / (2 * step);
        *value = before;
        EXPECT_NEAR(slopes[i].item<double>(), expected, 1e-6 * (1 + std::abs(expected)));
      }
    }
  }
}

TEST(ConvergenceKernel, IsMadeOfInnerProductsOfGradients) {
  const Samples samples = gaussian_samples(kSmall, test::test_seed(6));
  for (const Model& model : kModels) {
    Encoder encoder(model, samples);
    const Weights w = initial_weights(model, kSmall.dimension, test::test_seed(7));
    encoder.forward(w);
    std::vector<Weights> gradients;
    for (std::int64_t n = 0; n < kSmall.samples; ++n) {
      at::Tensor one = at::zeros({kSmall.samples}, at::kDouble);
      one[n] = 1;
      gradients.push_back(encoder.gradient(w, one));
    }
    const Kernel kernel = kernel_of(encoder, w);
    const at::Tensor* blocks[] = {&kernel.query, &kernel.key, &kernel.value, &kernel.output};
    for (std::size_t weight = 0; weight < 4; ++weight)
      for (std::size_t n = 0; n < 3; ++n)
        for (std::size_t m = 0; m < 3; ++m) {
          const double expected =
              (*gradients[n].all().at(weight) * *gradients[m].all().at(weight)).sum().item<double>();
          EXPECT_NEAR(at_2d(*blocks[weight], static_cast<std::int64_t>(n), static_cast<std::int64_t>(m)), expected,
                      1e-12 * (1 + std::abs(expected)));
        }
  }
}

TEST(ConvergenceDescent, FollowsTheGradientAndRecordsMovement) {
  const Samples samples = gaussian_samples(kSmall, test::test_seed(8));
  Encoder encoder(kModels[0], samples);
  const Weights start = initial_weights(kModels[0], kSmall.dimension, test::test_seed(9));
  const Descent run = descend(encoder, start, {1e-3, 2, 1});
  ASSERT_EQ(run.loss.size(), 3U);
  Weights w = start.clone();
  for (int epoch = 0; epoch < 2; ++epoch) {
    encoder.forward(w);
    EXPECT_DOUBLE_EQ(run.loss[static_cast<std::size_t>(epoch)], encoder.loss());
    const Weights g = encoder.gradient(w, encoder.outputs() - samples.labels);
    for (std::size_t i = 0; i < 4; ++i) w.all().at(i)->sub_(*g.all().at(i), 1e-3);
  }
  EXPECT_NEAR((run.last.query - w.query).norm().item<double>(), 0, 1e-14);
  const double moved = (w.value - start.value).norm().item<double>() / start.value.norm().item<double>();
  EXPECT_NEAR(run.movement.value[2], moved, 1e-14);
  EXPECT_EQ(run.movement.kernel[0], 0);
  EXPECT_GT(run.movement.kernel[2], 0);
}

// The closed form against its recursion, and the movement of a model that is wide enough against the closed form.
TEST(ConvergenceLazy, IsTheRecursionOfResiduals) {
  const Samples samples = gaussian_samples(kSmall, test::test_seed(10));
  Encoder encoder(kModels[0], samples);
  const Weights start = initial_weights(kModels[0], kSmall.dimension, test::test_seed(11));
  encoder.forward(start);
  const Kernel kernel = kernel_of(encoder, start);
  const double step = 0.5 / spectrum_of(kernel.sum()).greatest;
  at::Tensor residual = encoder.outputs() - samples.labels, sum = at::zeros({kSmall.samples}, at::kDouble);
  const LazyDescent lazy = lazy_descent(kernel, start, residual, step, 20);
  for (std::size_t epoch = 0; epoch < 20; ++epoch) {
    EXPECT_NEAR(lazy.loss[epoch], 0.5 * residual.square().sum().item<double>(), 1e-12);
    sum = sum + step * residual;
    residual = residual - step * kernel.sum().mv(residual);
  }
  const double query = std::sqrt(sum.dot(kernel.query.mv(sum)).item<double>()) / start.query.norm().item<double>();
  EXPECT_NEAR(lazy.query / query, 1, 1e-9);
}

TEST(ConvergenceLazy, IsWhatAWideModelDoes) {
  const Training wide{{Initialization::kLeCun, AttentionScale::kInverse, 2000}, {6, 3, 20}, 50, test::test_seed(12)};
  const Trained trained = train(wide);
  EXPECT_NEAR(trained.movement.value.back() / trained.lazy.value, 1, 0.05);
  EXPECT_NEAR(std::log(trained.loss.back() / trained.lazy.loss.back()), 0, 0.5);
}

}  // namespace
}  // namespace prenorm::papers::encoder_convergence
