#include "prenorm/papers/icl_gradient_descent/sine.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "prenorm/base/random.h"
#include "prenorm/batched/random_lanes.h"
#include "prenorm/nn/parameters.h"
#include "prenorm/papers/cells.h"
#include "prenorm/papers/fit.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::icl_gradient_descent {
namespace {

constexpr std::int64_t kPoints = 10, kWidth = 40, kHidden = 160, kSineRecordEvery = 200;

struct SineProblems {
  at::Tensor tokens;   // [problems, kPoints + 1, 2]: (x, y), the query last with y = 0
  at::Tensor targets;  // [problems]
};

SineProblems draw_problems(const Sine& sine, std::uint64_t key, std::int64_t problems) {
  const std::int64_t columns = kPoints + 3;  // x of each token, amplitude, phase
  at::Tensor drawn = at::empty({columns, problems}, at::kFloat);
  for (std::int64_t first = 0; first < problems; first += 64) {
    const std::int64_t count = std::min<std::int64_t>(64, problems - first);
    std::vector<float> block(static_cast<std::size_t>(columns * 64));
    batched::RandomLanes<float> random(key, {first, count, 64, block.data()});
    random.uniform(block.data(), columns, 0, 1);
    for (std::int64_t c = 0; c < columns; ++c)
      std::copy_n(block.data() + c * 64, count, drawn.data_ptr<float>() + c * problems + first);
  }
  const at::Tensor x = (drawn.narrow(0, 0, kPoints + 1) * 10 - 5).t();
  const at::Tensor amplitude = drawn[kPoints + 1] * (sine.amplitude_high - sine.amplitude_low) + sine.amplitude_low;
  const at::Tensor phase = drawn[kPoints + 2] * std::numbers::pi;
  at::Tensor y = amplitude.unsqueeze(1) * (x + phase.unsqueeze(1)).sin();
  const at::Tensor targets = y.select(1, kPoints).clone();
  y.select(1, kPoints).zero_();
  return {at::stack({x, y}, 2), targets};
}

// The embedding, the MLP beside it, and for the network one head of linear attention.
struct SineModel {
  SineModel(std::uint64_t seed, bool attends) : parameters(seed) {
    const auto normal = [](double fan_in) { return nn::normal(1 / std::sqrt(fan_in)); };
    embedding = parameters.add("embedding", {kWidth, 2}, normal(2));
    up = parameters.add("up", {kHidden, kWidth}, normal(kWidth));
    up_bias = parameters.add("up_bias", {kHidden}, nn::constant(0));
    down = parameters.add("down", {kWidth, kHidden}, normal(kHidden));
    down_bias = parameters.add("down_bias", {kWidth}, nn::constant(0));
    if (attends)
      for (const char* name : {"key", "query", "value", "projection"})
        attention.push_back(parameters.add(name, {kWidth, kWidth}, normal(kWidth * 500.0)));
    parameters.complete();
  }

  nn::Parameters parameters;
  at::Tensor embedding, up, up_bias, down, down_bias;
  std::vector<at::Tensor> attention;
};

at::Tensor features(const SineModel& m, const at::Tensor& tokens) {
  const at::Tensor embedded = tokens.matmul(m.embedding.t());
  return embedded + at::linear(at::gelu(at::linear(embedded, m.up, m.up_bias)), m.down, m.down_bias);
}

// [problems]. The last feature is the label, the others are what the step of GD reads.
at::Tensor predict(const SineModel& m, const Sine& sine, const at::Tensor& tokens) {
  const at::Tensor h = features(m, tokens), context = h.narrow(1, 0, kPoints), query = h.select(1, kPoints);
  if (m.attention.empty()) {
    const at::Tensor inputs = context.narrow(2, 0, kWidth - 1), labels = context.select(2, kWidth - 1);
    const at::Tensor similarity = inputs.matmul(query.narrow(1, 0, kWidth - 1).unsqueeze(2)).squeeze(2);
    return (similarity * labels).sum(1) * (sine.control_rate / kPoints) - query.select(1, kWidth - 1);
  }
  const at::Tensor moment = context.transpose(1, 2).matmul(context);
  const at::Tensor asked = at::linear(at::linear(query, m.attention[1]), m.attention[0].t());
  const at::Tensor read = moment.matmul(asked.unsqueeze(2)).squeeze(2);
  return -(query + at::linear(at::linear(read, m.attention[2]), m.attention[3])).select(1, kWidth - 1);
}

struct SineCurve {
  std::vector<double> step, loss;
  at::Tensor predictions;  // of the evaluation, at the end
};

SineCurve train_sine(const Sine& sine, bool attends, double learning_rate, const SineProblems& judged) {
  SineModel model(mix_key({sine.seed, name_key("sine")}), attends);
  SineCurve curve;
  const auto judge = [&](std::int64_t step) {
    const at::NoGradGuard no_grad;
    curve.predictions = predict(model, sine, judged.tokens);
    curve.step.push_back(static_cast<double>(step));
    curve.loss.push_back(0.5 * (curve.predictions - judged.targets).square().mean().item<double>());
  };
  FitOptions options;
  options.optim.lr = learning_rate;
  options.optim.eps = 1e-8;
  options.schedule.name = ScheduleName::kConstant;
  options.updates = sine.steps;
  const auto loss = [&](std::int64_t step) {
    Cells::stop_if_asked();
    if ((step - 1) % kSineRecordEvery == 0) judge(step - 1);
    const std::uint64_t key = mix_key({sine.seed, name_key("sine training"), static_cast<std::uint64_t>(step)});
    const SineProblems problems = draw_problems(sine, key, sine.problems_per_step);
    return 0.5 * (predict(model, sine, problems.tokens) - problems.targets).square().mean();
  };
  fit(model.parameters, loss, options);
  judge(sine.steps);
  return curve;
}

}  // namespace

std::string Sine::name() const {
  return fmt::format("sine, amplitude {} to {}, {} steps of {}, control rate {}, seed {}", amplitude_low,
                     amplitude_high, steps, problems_per_step, control_rate, seed);
}

double Sine::null_loss() const {
  const double a = amplitude_low, b = amplitude_high, mean_square = (a * a + a * b + b * b) / 3;
  // E sin²(x + ρ) over x in [-5, 5] and ρ in [0, π] is 1/2: the phase covers a whole period of sin².
  return mean_square / 4;
}

nlohmann::json measure_sine(const Sine& sine) {
  const SineProblems judged = draw_problems(sine, mix_key({sine.seed, name_key("sine evaluation")}), sine.evaluated);
  const SineCurve trained = train_sine(sine, /*attends=*/true, 1e-3, judged);
  const SineCurve control = train_sine(sine, /*attends=*/false, 1e-3, judged);
  return {{"step", trained.step},
          {"trained", numbers_to_json(trained.loss)},
          {"control", numbers_to_json(control.loss)},
          {"prediction_difference", (trained.predictions - control.predictions).abs().mean().item<double>()},
          {"label_size", judged.targets.abs().mean().item<double>()}};
}

}  // namespace prenorm::papers::icl_gradient_descent
