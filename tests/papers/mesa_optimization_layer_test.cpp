// The layer token by token, the loss from moments and descent on it are one and the same thing.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/base/random.h"
#include "prenorm/papers/mesa_optimization/attention.h"
#include "prenorm/papers/mesa_optimization/descent.h"
#include "test_seed.h"

namespace prenorm::papers::mesa_optimization {
namespace {

DataSet small_data(StartLaw start) { return {{start, 1.5, 3, 9}, 20, test::test_seed(1), DataRole::kTraining}; }

std::vector<Complex> states(const DataSet& data, std::int64_t i) {
  return states_of(draw_sequence(data, i), data.law.length);
}

double mean_loss(const DataSet& data, const LayerWeights& layer) {
  double sum = 0;
  for (std::int64_t i = 0; i < data.sequences; ++i) sum += sequence_loss(layer, states(data, i));
  return sum / static_cast<double>(data.sequences);
}

Weights mean_gradient(const DataSet& data, const Weights& w) {
  Weights mean = diagonal_weights(w.dimension, 0, 0);
  const auto d = static_cast<std::size_t>(w.dimension);
  for (std::int64_t i = 0; i < data.sequences; ++i) {
    const LayerWeights g = sequence_gradient(layer_weights(w), states(data, i));
    for (std::size_t r = 0; r < d; ++r)
      for (std::size_t c = 0; c < d; ++c) {
        const auto n = static_cast<double>(data.sequences);
        mean.key_query[r * d + c] += g.key_query[(d + r) * 2 * d + c] / n;
        mean.projection_value[r * d + c] += g.projection_value[r * 2 * d + c] / n;
      }
  }
  return mean;
}

constexpr StartLaw kLaws[] = {StartLaw::kGaussian, StartLaw::kSparse, StartLaw::kOnes, StartLaw::kSigns};

TEST(MesaLayer, IsAGradientStepForDiagonalWeights) {
  for (const StartLaw law : kLaws) {
    const DataSet data = small_data(law);
    const auto x = states(data, 0);
    const std::vector<Complex> y = predict(layer_weights(diagonal_weights(3, 0.7, -1.2)), x);
    ASSERT_EQ(y.size(), 7U * 3);
    for (std::int64_t t = 2; t < 9; ++t) {
      const auto expected = gradient_step_prediction(x, 3, t, 0.7 * -1.2 / static_cast<double>(t - 1));
      for (std::size_t j = 0; j < 3; ++j)
        EXPECT_LT(std::abs(y[static_cast<std::size_t>(t - 2) * 3 + j] - expected[j]), 1e-12);
    }
  }
}

TEST(MesaLayer, GradientOfEveryEntryIsThatOfFiniteDifferences) {
  const auto x = states(small_data(StartLaw::kGaussian), 2);
  RandomStream random(test::test_seed(3));
  LayerWeights layer = layer_weights(diagonal_weights(3, 0.4, 0.9));
  for (auto* block : {&layer.projection_value, &layer.key_query})
    for (double& w : *block) w += 0.3 * (random.uniform() - 0.5);
  const LayerWeights gradient = sequence_gradient(layer, x);
  const auto expect_slope = [&](double& w, double expected) {
    const double at = w, step = 1e-5;
    w = at + step;
    const double above = sequence_loss(layer, x);
    w = at - step;
    const double below = sequence_loss(layer, x);
    w = at;
    EXPECT_NEAR((above - below) / (2 * step), expected, 1e-6 * (1 + std::abs(expected)));
  };
  for (std::size_t i = 0; i < 18; ++i) expect_slope(layer.projection_value[i], gradient.projection_value[i]);
  for (std::size_t i = 0; i < 36; ++i) expect_slope(layer.key_query[i], gradient.key_query[i]);
}

TEST(MesaMoments, GiveTheLossAndGradientOfTheSequences) {
  for (const StartLaw law : kLaws) {
    const DataSet data = small_data(law);
    const QuadraticLoss quadratic = quadratic_loss_of(data);
    const Weights w = normal_weights(3, 0.5, test::test_seed(4));
    double loss = 0;
    const Weights gradient = quadratic.gradient(w, &loss), expected = mean_gradient(data, w);
    EXPECT_NEAR(loss / mean_loss(data, layer_weights(w)), 1, 1e-10);
    EXPECT_NEAR(quadratic.null_loss() / mean_loss(data, layer_weights(diagonal_weights(3, 0, 0))), 1, 1e-10);
    for (std::size_t i = 0; i < 9; ++i) {
      EXPECT_NEAR(gradient.key_query[i], expected.key_query[i], 1e-10 * (1 + std::abs(expected.key_query[i])));
      EXPECT_NEAR(gradient.projection_value[i], expected.projection_value[i],
                  1e-10 * (1 + std::abs(expected.projection_value[i])));
    }
  }
}

TEST(MesaMoments, GiveTheRatioOfDiagonalWeights) {
  const DataSet data = small_data(StartLaw::kGaussian);
  Weights w = diagonal_weights(3, 0.5, 1.1);
  w.key_query[0] = 0.8;
  w.projection_value[8] = -0.3;
  double sum = 0, squares = 0;
  for (std::int64_t i = 0; i < data.sequences; ++i) {
    const auto x = states(data, i), y = predict(layer_weights(w), x);
    for (std::size_t j = 0; j < 3; ++j) {
      const double ratio = (y[y.size() - 3 + j] / x[x.size() - 3 + j]).real();
      sum += ratio;
      squares += ratio * ratio;
    }
  }
  const double count = 3 * static_cast<double>(data.sequences), mean = sum / count;
  const Ratio ratio = quadratic_loss_of(data).ratio(w);
  EXPECT_NEAR(ratio.mean, mean, 1e-10 * (1 + std::abs(mean)));
  EXPECT_NEAR(ratio.deviation, std::sqrt(squares / count - mean * mean), 1e-8);
}

TEST(MesaMoments, AreTheSameAfterJson) {
  const QuadraticLoss loss = quadratic_loss_of(small_data(StartLaw::kGaussian));
  const QuadraticLoss read = quadratic_loss_from_json(nlohmann::json::parse(to_json(loss).dump()));
  EXPECT_EQ(read.moments, loss.moments);
  EXPECT_EQ(read.starts.kappa_3, loss.starts.kappa_3);
  EXPECT_EQ(read.ratios.square, loss.ratios.square);
}

TEST(MesaDescent, IsDescentOnAllSequences) {
  const DataSet data = small_data(StartLaw::kOnes);
  const double rate = 1e-3;
  Weights w = diagonal_weights(3, 0.5, 1.5);
  for (int epoch = 0; epoch < 3; ++epoch) {
    const Weights g = mean_gradient(data, w);
    for (std::size_t i = 0; i < 9; ++i) {
      w.key_query[i] -= rate * g.key_query[i];
      w.projection_value[i] -= rate * g.projection_value[i];
    }
  }
  const QuadraticLoss loss = quadratic_loss_of(data);
  const Descent free = descend(loss, diagonal_weights(3, 0.5, 1.5), {rate, 3});
  const Descent masked = descend(loss, diagonal_weights(3, 0.5, 1.5), {rate, 3, Freedom::kDiagonals});
  ASSERT_EQ(free.diagonal.size(), 4U);
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_NEAR(free.last.key_query[i], w.key_query[i], 1e-10);
    EXPECT_NEAR(free.last.projection_value[i], w.projection_value[i], 1e-10);
    EXPECT_EQ(masked.last.key_query[i] == 0, i % 4 != 0);
  }
  EXPECT_LT(free.loss[3], free.loss[0]);
}

TEST(MesaDescent, InterpolatesTheEpochOfAProduct) {
  std::vector<Diagonal> points(4);
  for (std::size_t i = 0; i < 4; ++i) points[i].product = static_cast<double>(i * i);
  EXPECT_DOUBLE_EQ(epoch_reaching(points, 2.5), 1.5);
  EXPECT_TRUE(std::isnan(epoch_reaching(points, 10)));
}

}  // namespace
}  // namespace prenorm::papers::mesa_optimization
