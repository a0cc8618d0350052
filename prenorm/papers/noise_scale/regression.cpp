#include "prenorm/papers/noise_scale/regression.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include "prenorm/base/random.h"
#include "prenorm/nn/initialization.h"

namespace prenorm::papers::noise_scale {
namespace {

// N(0, 1), [rows, columns].
at::Tensor normal_draws(std::int64_t rows, std::int64_t columns, std::uint64_t key) {
  at::Tensor values = at::empty({rows, columns}, at::kDouble);
  nn::normal(1)(values, RandomStream(key));
  return values;
}

double square_sum(const at::Tensor& values) { return values.square().sum().item<double>(); }

}  // namespace

Moments Regression::exact() const {
  const double square = error_norm * error_norm;
  return {square, static_cast<double>(d + 1) * square + static_cast<double>(d) * sigma * sigma};
}

std::vector<Moments> regression_series(const Regression& problem, std::int64_t big, std::int64_t small,
                                       std::int64_t steps, std::uint64_t seed) {
  std::vector<Moments> series;
  for (std::int64_t step = 0; step < steps; ++step) {
    const std::uint64_t key = mix_key({name_key("regression"), seed, static_cast<std::uint64_t>(step)});
    const at::Tensor draws = normal_draws(big, problem.d + 1, key);
    const at::Tensor x = draws.narrow(1, 0, problem.d);
    // The first axis has the whole of e, since x has no preferred direction.
    const at::Tensor residual = x.narrow(1, 0, 1) * problem.error_norm - draws.narrow(1, problem.d, 1) * problem.sigma;
    const at::Tensor gradients = x * residual;
    const at::Tensor of_small = gradients.view({big / small, small, problem.d}).mean(1);
    series.push_back(noise::moments_of(square_sum(of_small) / static_cast<double>(big / small),
                                       static_cast<double>(small), square_sum(gradients.mean(0)),
                                       static_cast<double>(big)));
  }
  return series;
}

}  // namespace prenorm::papers::noise_scale
