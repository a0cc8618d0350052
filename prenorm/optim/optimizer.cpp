#include "prenorm/optim/optimizer.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

#include "prenorm/base/profile.h"
#include "prenorm/ops/cpu/target.h"

namespace prenorm::optim {
namespace {

profile::Operator op{"optimizer", profile::Takes::kAllWorkers};

constexpr std::int64_t kGrain = 1 << 16;

template <class T>
struct Buffers {
  T* value;
  const T* gradient;
  T* first;
  T* second;
};

// θ ← decay θ - first_rate m / (second_rate √v + eps), the form that adam, adamw and radam share; second_rate = 0 and
// eps = 1 leave the second moment out.
struct Rates {
  double gradient_scale, l2, decay, beta1, beta2, first_rate, second_rate, eps;
};

template <class T>
PRENORM_KERNEL void adam_kernel(Buffers<T> b, std::int64_t begin, std::int64_t end, const Rates& rates) {
  const T scale = static_cast<T>(rates.gradient_scale), l2 = static_cast<T>(rates.l2),
          decay = static_cast<T>(rates.decay);
  const T beta1 = static_cast<T>(rates.beta1), beta2 = static_cast<T>(rates.beta2);
  const T one_minus_beta1 = static_cast<T>(1 - rates.beta1), one_minus_beta2 = static_cast<T>(1 - rates.beta2);
  const T first_rate = static_cast<T>(rates.first_rate), second_rate = static_cast<T>(rates.second_rate);
  const T eps = static_cast<T>(rates.eps);
  for (std::int64_t i = begin; i < end; ++i) {
    const T g = b.gradient[i] * scale + l2 * b.value[i];
    const T m = beta1 * b.first[i] + one_minus_beta1 * g;
    const T v = beta2 * b.second[i] + one_minus_beta2 * g * g;
    b.first[i] = m;
    b.second[i] = v;
    b.value[i] = decay * b.value[i] - first_rate * m / (second_rate * std::sqrt(v) + eps);
  }
}

template <class T>
PRENORM_KERNEL void sgd_kernel(Buffers<T> b, std::int64_t begin, std::int64_t end, double scale_, double l2_,
                               double momentum_, double lr_) {
  const T scale = static_cast<T>(scale_), l2 = static_cast<T>(l2_), momentum = static_cast<T>(momentum_);
  const T lr = static_cast<T>(lr_);
  for (std::int64_t i = begin; i < end; ++i) {
    const T u = momentum * b.first[i] + b.gradient[i] * scale + l2 * b.value[i];
    b.first[i] = u;
    b.value[i] -= lr * u;
  }
}

Rates adam_rates(const OptimConfig& c, std::int64_t updates, double lr, double gradient_scale) {
  const auto t = static_cast<double>(updates);
  const bool decoupled = c.name == OptimizerName::kAdamW;
  Rates r{gradient_scale, decoupled ? 0 : c.weight_decay,  decoupled ? 1 - lr * c.weight_decay : 1, c.beta1,
          c.beta2,        lr / (1 - std::pow(c.beta1, t)), 1 / std::sqrt(1 - std::pow(c.beta2, t)), c.eps};
  if (c.name != OptimizerName::kRAdam) return r;
  const double decayed = std::pow(c.beta2, t);
  const double rho_inf = 2 / (1 - c.beta2) - 1, rho = rho_inf - 2 * t * decayed / (1 - decayed);
  if (rho > 4) {
    r.first_rate *= std::sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho));
  } else {
    r.second_rate = 0;
    r.eps = 1;
  }
  return r;
}

}  // namespace

Optimizer::Optimizer(const OptimConfig& config, at::Tensor values, at::Tensor gradients)
    : config_(config), values_(std::move(values)), gradients_(std::move(gradients)), first_(at::zeros_like(values_)) {
  if (config_.name != OptimizerName::kSgd) second_ = at::zeros_like(values_);
}

void Optimizer::step(double lr, double gradient_scale) {
  ++updates_;
  const double passes = second_.defined() ? 7 : 5;  // reads of g, θ, m, v; writes of θ, m, v
  const profile::Timer timer(op, 0, passes * static_cast<double>(values_.nbytes()));
  AT_DISPATCH_FLOATING_TYPES(values_.scalar_type(), "optimizer", [&] {
    const Buffers<scalar_t> b{values_.data_ptr<scalar_t>(), gradients_.data_ptr<scalar_t>(),
                              first_.data_ptr<scalar_t>(), second_.defined() ? second_.data_ptr<scalar_t>() : nullptr};
    const Rates rates = adam_rates(config_, updates_, lr, gradient_scale);
    at::parallel_for(0, values_.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
      if (config_.name == OptimizerName::kSgd)
        sgd_kernel<scalar_t>(b, begin, end, gradient_scale, config_.weight_decay, config_.momentum, lr);
      else
        adam_kernel<scalar_t>(b, begin, end, rates);
    });
  });
}

std::vector<std::pair<std::string, at::Tensor>> Optimizer::state() const {
  if (!second_.defined()) return {{"momentum", first_}};
  return {{"first_moment", first_}, {"second_moment", second_}};
}

}  // namespace prenorm::optim
