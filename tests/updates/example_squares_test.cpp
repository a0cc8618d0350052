// What an update says about gradients by example: the same however its batches are cut, and nothing if it is not asked.
#include "prenorm/updates/example_squares.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "enum_values.h"
#include "golden_file.h"
#include "prenorm/base/error.h"
#include "prenorm/tasks/synthetic_task.h"
#include "prenorm/updates/updater.h"
#include "small_translator.h"

namespace prenorm::updates {
namespace {

using prenorm::testing::relative_difference;

Config with_dropout() {
  Config config = test::small_translator();
  config.model.dropout = config.model.attention_dropout = config.model.activation_dropout = 0.2;
  return config;
}

struct Setting {
  std::int64_t workers = 1, share_tokens = 1'000'000;
};
struct OneUpdate {
  Update update;
  at::Tensor gradient;
  std::vector<std::string> names;
};
OneUpdate measured_update(Config config, NoiseScale measured, const Setting& setting, std::int64_t batches = 2) {
  const int threads = at::get_num_threads();
  at::set_num_threads(static_cast<int>(setting.workers));
  config.runtime = {.threads = setting.workers, .workers = setting.workers, .share_tokens = setting.share_tokens};
  config.train.noise_scale = measured;
  config.batch.accumulate = batches;
  tasks::SyntheticTask task(config, {});
  Updater updater(config, task);
  runs::TrainerState state;
  OneUpdate result{updater.compute(state), task.parameters().gradients().clone(), {}};
  for (const nn::Parameter& p : task.parameters().trained()) result.names.push_back(p.name);
  at::set_num_threads(threads);
  return result;
}

void expect_equal(const ExampleSquares& a, const ExampleSquares& b) {
  EXPECT_EQ(a.examples, b.examples);
  EXPECT_EQ(a.target_tokens, b.target_tokens);
  ASSERT_EQ(a.parameters, b.parameters);
  for (std::size_t i = 0; i < a.parameters.size(); ++i) {
    EXPECT_NEAR(a.square_sums[i], b.square_sums[i], 1e-4 * b.square_sums[i]) << a.parameters[i];
    EXPECT_NEAR(a.sum_squares[i], b.sum_squares[i], 1e-3 * b.square_sums[i]) << a.parameters[i];
  }
}

TEST(ExampleSquares, DoNotDependOnSharesAndWorkers) {
  const OneUpdate whole = measured_update(with_dropout(), NoiseScale::kAll, {});
  ASSERT_TRUE(whole.update.example_squares);
  EXPECT_GT(whole.update.example_squares->examples, 10);
  for (const std::int64_t workers : {1, 2, 3})
    for (const std::int64_t tokens : {1, 40, 1'000'000}) {
      SCOPED_TRACE(fmt::format("{} workers, shares of {} tokens", workers, tokens));
      expect_equal(*measured_update(with_dropout(), NoiseScale::kAll, {workers, tokens}).update.example_squares,
                   *whole.update.example_squares);
    }
}

// Each share of one token is one pair, whose gradient is that of an example alone: with one example the squares of the
// sum and the sum of squares are the same.
TEST(ExampleSquares, OfOneExampleAreThoseOfTheGradient) {
  Config config = with_dropout();
  config.batch.max_tokens = 1;
  const OneUpdate one = measured_update(config, NoiseScale::kAll, {}, 1);
  const ExampleSquares& squares = *one.update.example_squares;
  ASSERT_EQ(squares.examples, 1);
  double total = 0;
  for (std::size_t i = 0; i < squares.parameters.size(); ++i) {
    EXPECT_NEAR(squares.square_sums[i], squares.sum_squares[i], 1e-4 * squares.sum_squares[i]) << one.names[i];
    EXPECT_DOUBLE_EQ(squares.example_square(i), squares.square_sums[i] / std::pow(squares.target_tokens, 2));
    total += squares.batch_square(i);
  }
  EXPECT_NEAR(total, one.update.grad_norm * one.update.grad_norm, 1e-9 * total);
}

TEST(ExampleSquares, SumsOverParametersAreThoseOfTheWholeGradient) {
  const OneUpdate result = measured_update(with_dropout(), NoiseScale::kAll, {2, 40});
  const ExampleSquares& squares = *result.update.example_squares;
  EXPECT_EQ(std::ssize(squares.parameters), std::ssize(result.names));
  double batch = 0;
  for (std::size_t i = 0; i < squares.parameters.size(); ++i) {
    batch += squares.batch_square(i);
    // By convexity, ‖mean of u‖² is at most the mean of ‖u‖².
    EXPECT_LE(squares.batch_square(i), squares.example_square(i) * (1 + 1e-4)) << result.names[i];
  }
  EXPECT_NEAR(batch, result.update.grad_norm * result.update.grad_norm, 1e-9 * batch);
}

TEST(ExampleSquares, OfNormsAreAmongThoseOfAll) {
  const OneUpdate all = measured_update(with_dropout(), NoiseScale::kAll, {1, 40}),
                  norms = measured_update(with_dropout(), NoiseScale::kNorm, {1, 40});
  const ExampleSquares &few = *norms.update.example_squares, &many = *all.update.example_squares;
  ASSERT_EQ(few.parameters.size(), 24U) << "a weight and a bias of 2 · 2 norms, 2 · 3, and one after each stack";
  for (std::size_t i = 0; i < few.parameters.size(); ++i) {
    const auto place = static_cast<std::size_t>(few.parameters[i]);
    EXPECT_TRUE(all.names[place].find("norm.") != std::string::npos) << all.names[place];
    EXPECT_NEAR(few.square_sums[i], many.square_sums[place], 1e-4 * many.square_sums[place]);
  }
}

TEST(ExampleSquares, OfNothingAreRefused) {
  Config config = with_dropout();
  config.model.norm_affine = false;
  EXPECT_THROW(measured_update(config, NoiseScale::kNorm, {}), UsageError);
  EXPECT_TRUE(measured_update(config, NoiseScale::kAll, {}).update.example_squares.has_value());
}

TEST(ExampleSquares, MeasuringChangesAnUpdateByNoMoreThanRounding) {
  const OneUpdate off = measured_update(with_dropout(), NoiseScale::kOff, {2, 40});
  EXPECT_FALSE(off.update.example_squares);
  for (const NoiseScale measured : {NoiseScale::kNorm, NoiseScale::kAll}) {
    const OneUpdate on = measured_update(with_dropout(), measured, {2, 40});
    EXPECT_EQ(on.update.target_tokens, off.update.target_tokens);
    EXPECT_NEAR(on.update.loss_nats, off.update.loss_nats, 1e-5 * off.update.loss_nats);
    EXPECT_LT(relative_difference(on.gradient, off.gradient), 2e-5);
  }
}

// The configuration alone decides the bits, and what was measured before leaves nothing behind.
TEST(ExampleSquares, AreTheSameBitsAgain) {
  const Config config = with_dropout();
  tasks::SyntheticTask task(config, {});
  Updater updater(config, task);
  const std::vector<MicroBatch> batches{{0, 0, {.training = true, .key = mix_key({7})}}};
  const Update plain = updater.gradient(batches);
  const at::Tensor gradient = task.parameters().gradients().clone();
  const Update first = updater.gradient(batches, {}, NoiseScale::kAll);
  updater.gradient({{0, 1, {.training = true, .key = mix_key({8})}}}, {}, NoiseScale::kNorm);
  const Update second = updater.gradient(batches, {}, NoiseScale::kAll);
  EXPECT_EQ(first.example_squares->square_sums, second.example_squares->square_sums);
  EXPECT_EQ(first.example_squares->sum_squares, second.example_squares->sum_squares);
  const Update again = updater.gradient(batches);
  EXPECT_EQ(again.loss_nats, plain.loss_nats);
  EXPECT_TRUE(task.parameters().gradients().equal(gradient));
  EXPECT_FALSE(again.example_squares);
}

}  // namespace
}  // namespace prenorm::updates
