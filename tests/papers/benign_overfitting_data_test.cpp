// The data model, fresh samples, closed forms, heat maps and digits.
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "papers/test_data.h"
#include "prenorm/base/random.h"
#include "prenorm/nn/initialization.h"
#include "prenorm/papers/benign_overfitting/digits.h"
#include "prenorm/papers/benign_overfitting/fresh_samples.h"
#include "prenorm/papers/benign_overfitting/grid.h"
#include "prenorm/papers/benign_overfitting/theory.h"
#include "test_seed.h"

namespace prenorm::papers::benign_overfitting {
namespace {

DataSetting data_of(std::int64_t samples, double snr) {
  DataSetting data;
  data.dimension = 400;
  data.samples = samples;
  data.snr = snr;
  data.strong_noise = 3;
  data.seed = test::test_seed(1);
  return data;
}

TEST(BenignData, HasOneSignalAndNoiseOrthogonalToBoth) {
  const Tokens tokens = draw_tokens(data_of(40, 0.7));
  const at::Tensor gram = at::mm(tokens.values, tokens.values.t());
  EXPECT_EQ(gram.narrow(0, 0, 2).narrow(1, 2, 120).abs().max().item<double>(), 0);
  EXPECT_NEAR(gram[0][0].item<double>(), 0.49, 1e-14);
  EXPECT_EQ(gram[0][1].item<double>(), 0);
  for (std::int64_t n = 0; n < 40; ++n) {
    const auto first = static_cast<std::size_t>(4 * n);
    EXPECT_EQ(tokens.rows[first], tokens.labels[static_cast<std::size_t>(n)] > 0 ? 0 : 1);
    EXPECT_EQ(tokens.rows[first + 1], 2 + 3 * n);
    // |xi|^2 has the relative deviation sqrt(2/400) = 0.07; the first noise patch is three times as long.
    EXPECT_NEAR(gram[2 + 3 * n][2 + 3 * n].item<double>(), 9, 9 * 0.4);
    EXPECT_NEAR(gram[3 + 3 * n][3 + 3 * n].item<double>(), 1, 0.4);
  }
  EXPECT_EQ(tokens.positive_share(), 0.5);
}

TEST(BenignData, OfFewerSamplesIsTheBeginningOfThatOfMore) {
  const Tokens few = draw_tokens(data_of(5, 0.7)), many = draw_tokens(data_of(9, 2));
  EXPECT_TRUE(few.values.narrow(0, 2, 15).equal(many.values.narrow(0, 2, 15)));
}

TEST(BenignData, LabelsByCoinAreAboutBalanced) {
  DataSetting data = data_of(400, 1);
  data.dimension = 3;
  data.labels = LabelLaw::kCoin;
  EXPECT_NEAR(draw_tokens(data).positive_share(), 0.5, 0.125);  // five standard deviations
}

// Fresh samples drawn in all d dimensions.
TestResult plain_test(const Weights& w, const DataSetting& data, std::int64_t samples) {
  at::Tensor noise = at::zeros({samples, data.patches - 1, data.dimension}, at::kDouble);
  nn::normal(data.noise_deviation())(noise, RandomStream(test::test_seed(7)));
  noise.select(1, 0).mul_(data.strong_noise);
  noise.narrow(2, 0, 2).zero_();
  at::Tensor signal = at::zeros({samples, 1, data.dimension}, at::kDouble), labels = at::zeros({samples}, at::kDouble);
  for (std::int64_t n = 0; n < samples; ++n) {
    signal[n][0][n % 2] = data.snr;
    labels[n] = n % 2 == 0 ? 1 : -1;
  }
  const at::Tensor z = at::cat({signal, noise}, 1).matmul(w.matrices);
  const std::int64_t keys = w.layout.keys;
  const at::Tensor attention = at::softmax(z.narrow(2, 0, keys).matmul(z.narrow(2, keys, keys).transpose(1, 2)), 2);
  const at::Tensor scores = z.narrow(2, 2 * keys, w.layout.values).matmul(at::tensor(w.head, at::kDouble));
  const at::Tensor margin = (attention.mean(1) * scores).sum(1) * labels;
  return {(1 + (-margin).exp()).log().mean().item<double>(), margin.lt(0).to(at::kDouble).mean().item<double>(),
          attention.select(2, 0).mean().item<double>()};
}

TEST(BenignFreshSamples, HaveTheLossOfSamplesInAllDimensions) {
  const DataSetting data = data_of(8, 1.2);
  StartSetting start;
  start.layout = {6, 2};
  start.logit_deviation = 2;
  start.score_deviation = 1;
  const Weights weights = draw_weights(data, start);
  const TestResult fast = test(weights, fresh_samples(data)), plain = plain_test(weights, data, 4000);
  // Standard errors: about 0.008, 0.008 and 0.003.
  EXPECT_NEAR(fast.loss, plain.loss, 0.05);
  EXPECT_NEAR(fast.error, plain.error, 0.05);
  EXPECT_NEAR(fast.attention, plain.attention, 0.015);
}

TEST(BenignTheory, MarginsHaveTheirLoss) {
  for (const double loss : {0.003, 0.2, 0.69}) EXPECT_NEAR(std::log1p(std::exp(-margin_of_loss(loss))), loss, 1e-12);
}

TEST(BenignTheory, CriticalProductGrowsWithPatchesNoiseAndStop) {
  EXPECT_NEAR(critical_product(4, 1, 0.01, 0.2), 2.925, 0.001);
  EXPECT_NEAR(critical_product(2, 1, 0.01, 0.2), 2.925 / 3, 0.001);
  EXPECT_NEAR(critical_product(4, 3, 0.01, 0.2), 2.925 * 11 / 3, 0.002);
  EXPECT_NEAR(critical_product(4, 1, 0.1, 0.2), 12.15, 0.01);
}

// The margin m of all samples grows by k/(1 + exp m).
TEST(BenignTheory, TrainingTimeIsThatOfSmallSteps) {
  DataSetting data;
  data.snr = 1.1;
  const double growth = (1.21 / 2 + 3.0 / 32) / 16;
  double margin = 0, time = 0;
  for (; margin < margin_of_loss(0.05); time += 1e-3) margin += 1e-3 * growth / (1 + std::exp(margin));
  EXPECT_NEAR(training_time(data, 0.05) / time, 1, 1e-4);
}

LossGrid grid_of(std::vector<double> losses) { return {{1, 2, 4}, {1, 2, 4, 8}, std::move(losses)}; }

TEST(BenignGrid, FindsItsContour) {
  // The loss is 1/(N SNR^2) in units in which it is 0.2 at N SNR^2 = 5.
  std::vector<double> losses;
  for (const double samples : {1, 2, 4})
    for (const double snr : {1, 2, 4, 8}) losses.push_back(1 / (samples * snr * snr));
  const Contour contour = contour_of(grid_of(losses), 0.2);
  ASSERT_EQ(contour.samples.size(), 3U);
  for (const double product : contour.products()) EXPECT_NEAR(product, 5, 1e-12);
  EXPECT_NEAR(contour.line().slope, -2, 1e-12);
}

TEST(BenignGrid, CountsRisesAndParts) {
  const LossGrid falling = grid_of({9, 8, 7, 6, 8, 7, 6, 5, 7, 6, 5, 4});
  EXPECT_EQ(rising_share(falling), 0);
  EXPECT_EQ(parts_below(falling, 5.5), 1);
  LossGrid broken = falling;
  broken.test_loss[0] = 1;  // rises to the right and to the next row
  EXPECT_DOUBLE_EQ(rising_share(broken), 2.0 / 17);
  EXPECT_EQ(parts_below(broken, 5.5), 2);
  broken.test_loss[5] = std::nan("");
  EXPECT_GT(rising_share(broken), 3.0 / 17);
}

TEST(BenignDigits, AreSignalsOfTheirLabels) {
  const std::filesystem::path data_folder = test::data_folder();
  if (!std::filesystem::exists(data_folder / real_data::kDigitPictures)) GTEST_SKIP() << "no MNIST in " << data_folder;
  const DigitSignals digits = digit_signals(real_data::read_digits(data_folder));
  EXPECT_EQ(digits.positive.size(0), 980);  // as many 0 and 1 as the test pictures of MNIST have
  EXPECT_EQ(digits.negative.size(0), 1135);
  DataSetting data = digits_data();
  data.samples = 6;
  data.snr = 0.5;
  const Tokens tokens = digit_tokens(digits, data);
  const auto has = [](const at::Tensor& pictures, const at::Tensor& picture) {
    return (pictures - picture).abs().sum(1).min().item<double>() < 1e-12;
  };
  for (std::int64_t n = 0; n < 6; ++n)
    EXPECT_TRUE(has(n % 2 == 0 ? digits.positive : digits.negative, tokens.values[4 * n] / 0.5)) << n;
  const FreshSamples fresh = fresh_digits(digits, data);
  for (std::int64_t n = 0; n < 6; ++n) EXPECT_FALSE(has(fresh.signals, tokens.values[4 * n])) << n;
}

}  // namespace
}  // namespace prenorm::papers::benign_overfitting
