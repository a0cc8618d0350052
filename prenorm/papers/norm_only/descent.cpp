#include "prenorm/papers/norm_only/descent.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/relu.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "prenorm/base/random.h"
#include "prenorm/nn/initialization.h"
#include "prenorm/papers/cells.h"
#include "prenorm/papers/norm_only/khatri_rao.h"
#include "prenorm/papers/norm_only/matrices.h"

namespace prenorm::papers::norm_only {
namespace {

// The error of descent by singular direction: component i is start_i (1 - s_i^2 / s_max^2)^t, or stays if it is outside
// the range of K.
struct Modes {
  at::Tensor squares, start;  // s_i^2 / s_max^2 and start_i^2 over |W*|^2
  double outside = 0;         // the rest of the squared error

  double loss(double step) const { return outside + (start * (1 - squares).pow(2 * step)).sum().item<double>(); }
};

struct LinearProblem {
  FrozenPair frozen;
  at::Tensor target;

  LinearProblem(std::int64_t d, std::int64_t m, std::uint64_t key)
      : frozen(frozen_pair(d, m, key)), target(target_matrix(d, 1, key)) {}
  at::Tensor system() const { return khatri_rao(frozen.second, frozen.first); }
};

Modes modes_of(const LinearProblem& problem, const at::Tensor& system) {
  const auto [u, s, vh] = at::linalg_svd(system, /*full_matrices=*/false);
  const at::Tensor error = system.sum(1) - problem.target.reshape({-1});  // gamma = 1
  const double norm = problem.target.square().sum().item<double>();
  const at::Tensor start = u.t().mv(error).square() / norm;
  const double outside = error.square().sum().item<double>() / norm - start.sum().item<double>();
  return {(s / s[0]).square(), start, std::max(0.0, outside)};  // below 0 by rounding where K has full row rank
}

}  // namespace

LinearDescent descend_scales(std::int64_t d, std::int64_t m, std::int64_t steps, std::uint64_t key) {
  const LinearProblem problem(d, m, key);
  const at::Tensor system = problem.system();
  const Modes modes = modes_of(problem, system);
  const double largest = spectrum_of(system).values.front();
  at::Tensor gamma = at::ones({m}, at::kDouble);
  LinearDescent descent;
  for (std::int64_t step = 0;; ++step) {
    const at::Tensor error = scaled_product(problem.frozen.second, gamma, problem.frozen.first) - problem.target;
    descent.loss.push_back((error.square().sum() / problem.target.square().sum()).item<double>());
    descent.expected.push_back(modes.loss(static_cast<double>(step)));
    if (step == steps) return descent;
    gamma = gamma - (problem.frozen.second.t().mm(error) * problem.frozen.first).sum(1) / (largest * largest);
  }
}

double steps_to_reach(std::int64_t d, std::int64_t m, double target, std::uint64_t key) {
  const LinearProblem problem(d, m, key);
  const Modes modes = modes_of(problem, problem.system());
  double high = 1;
  while (modes.loss(high) > target) {
    high *= 2;
    if (high > 1e15) return std::numeric_limits<double>::infinity();
  }
  double low = 0;
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    (modes.loss(middle) > target ? low : high) = middle;
  }
  return high;
}

Student train_student(std::int64_t d, std::int64_t m, std::int64_t updates, std::uint64_t key) {
  constexpr std::int64_t kBatch = 256;
  const LinearProblem problem(d, m, key);
  const auto outputs_of_teacher = [&](const at::Tensor& z) { return z.mm(problem.target.t()); };
  const at::Tensor many = outputs_of_teacher(unit_ball(d, 10000, mix_key({key, name_key("variance")})));
  const double variance = (many - many.mean(0)).square().sum(1).mean().item<double>();

  nn::Parameters parameters(key, at::kDouble);
  const at::Tensor scale = parameters.add("scale", {m}, nn::constant(1));
  const at::Tensor shift = parameters.add("shift", {m}, nn::constant(0));
  const at::Tensor out_scale = parameters.add("out_scale", {d}, nn::constant(1));
  const at::Tensor out_shift = parameters.add("out_shift", {d}, nn::constant(0));
  parameters.complete();
  double start = 0;
  const auto loss = [&](std::int64_t update) {
    if (update % 100 == 0) Cells::stop_if_asked();
    const at::Tensor z = unit_ball(d, kBatch, mix_key({key, static_cast<std::uint64_t>(update)}));
    const at::Tensor hidden = at::relu(z.mm(problem.frozen.first.t()) * scale + shift);
    const at::Tensor out = hidden.mm(problem.frozen.second.t()) * out_scale + out_shift;
    at::Tensor value = (out - outputs_of_teacher(z)).square().sum(1).mean() / variance;
    if (update == 1) start = value.item<double>();
    return value;
  };
  FitOptions options;
  options.optim.lr = 0.02;
  options.optim.beta2 = 0.999;
  options.schedule.name = ScheduleName::kCosine;
  options.updates = updates;
  options.record_every = updates / 50;
  const Trajectory trajectory = fit(parameters, loss, options);
  return {start, trajectory.update, trajectory.loss};
}

}  // namespace prenorm::papers::norm_only
