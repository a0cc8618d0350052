// fit() makes the updates of its optimizer and schedule, and records the losses.
#include "prenorm/papers/fit.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "prenorm/nn/initialization.h"

namespace prenorm::papers {
namespace {

// The parameter θ is one number in double precision.
struct Number {
  Number() : parameters(1, at::kDouble) {
    theta = parameters.add("theta", {1}, nn::constant(1));
    parameters.complete();
  }
  nn::Parameters parameters;
  at::Tensor theta;
};

FitOptions gradient_descent(std::int64_t updates) {
  FitOptions options;
  options.optim.name = OptimizerName::kSgd;
  options.optim.lr = 0.25;
  options.schedule.name = ScheduleName::kConstant;
  options.updates = updates;
  return options;
}

TEST(Fit, FollowsGradientDescent) {
  Number number;
  const Trajectory t = fit(
      number.parameters, [&](std::int64_t) { return number.theta.square().sum(); }, gradient_descent(3));
  // θ ← θ - 0.25 · 2 θ = θ / 2.
  EXPECT_EQ(t.update, (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(t.loss, (std::vector<double>{1, 0.25, 0.0625}));
  EXPECT_EQ(number.theta.item<double>(), 0.125);
}

TEST(Fit, ClipsGradients) {
  Number number;
  FitOptions options = gradient_descent(2);
  options.optim.clip_norm = 0.8;
  fit(
      number.parameters, [&](std::int64_t) { return number.theta.square().sum(); }, options);
  EXPECT_NEAR(number.theta.item<double>(), 1 - 2 * 0.25 * 0.8, 1e-12) << "both gradients, 2 and 1.6, are clipped";
}

TEST(Fit, RecordsMeansAndTheLastUpdate) {
  Number number;
  FitOptions options = gradient_descent(5);
  options.record_every = 2;
  const auto loss = [&](std::int64_t update) { return number.theta.sum() * 0 + static_cast<double>(update); };
  const Trajectory t = fit(number.parameters, loss, options);
  EXPECT_EQ(t.update, (std::vector<double>{2, 4, 5}));
  EXPECT_EQ(t.loss, (std::vector<double>{1.5, 3.5, 5}));
}

TEST(Fit, EndsAtALossThatIsNotFinite) {
  Number number;
  FitOptions options = gradient_descent(9);
  options.record_every = 4;
  const auto loss = [&](std::int64_t update) {
    return number.theta.sum() * (update == 6 ? std::numeric_limits<double>::infinity() : 0.0);
  };
  const Trajectory t = fit(number.parameters, loss, options);
  EXPECT_EQ(t.update, (std::vector<double>{4, 6}));
  EXPECT_TRUE(std::isinf(t.loss.back()));
}

}  // namespace
}  // namespace prenorm::papers
