#include "prenorm/optim/optimizer.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/machine/profile.h"
#include "prenorm/ops/cpu/dispatch.h"

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
PRENORM_INLINE void adam_kernel(Buffers<T> b, std::int64_t begin, std::int64_t end, const Rates& rates) {
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
PRENORM_INLINE void sgd_kernel(Buffers<T> b, std::int64_t begin, std::int64_t end, double scale_, double l2_,
                               double momentum_, double lr_) {
  const T scale = static_cast<T>(scale_), l2 = static_cast<T>(l2_), momentum = static_cast<T>(momentum_);
  const T lr = static_cast<T>(lr_);
  for (std::int64_t i = begin; i < end; ++i) {
    const T u = momentum * b.first[i] + b.gradient[i] * scale + l2 * b.value[i];
    b.first[i] = u;
    b.value[i] -= lr * u;
  }
}

template <class T>
PRENORM_INLINE void sum_squares(const T* gradient, const T* before, const T* after, std::int64_t n, UpdateNorms* sums) {
  double g = 0, w = 0, c = 0;
#pragma omp simd reduction(+ : g, w, c)
  for (std::int64_t i = 0; i < n; ++i) {
    const auto gradient_i = static_cast<double>(gradient[i]), after_i = static_cast<double>(after[i]);
    const double change_i = after_i - static_cast<double>(before[i]);
    g += gradient_i * gradient_i;
    w += after_i * after_i;
    c += change_i * change_i;
  }
  *sums = {g, w, c};
}

// What one update does to a group.
struct GroupRates {
  std::int64_t end;
  double rate, weight_decay;
  Rates adam;
};

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

Optimizer::Optimizer(const OptimConfig& config, at::Tensor values, at::Tensor gradients,
                     std::vector<ParameterGroup> groups)
    : config_(config),
      groups_(std::move(groups)),
      values_(std::move(values)),
      gradients_(std::move(gradients)),
      first_(at::zeros_like(values_)) {
  if (groups_.empty()) groups_ = {{values_.numel(), 1, config_.weight_decay}};
  const bool ascend = std::is_sorted(groups_.begin(), groups_.end(),
                                     [](const ParameterGroup& a, const ParameterGroup& b) { return a.end < b.end; });
  if (!ascend || groups_.front().end < 0 || groups_.back().end != values_.numel())
    throw_error<Error>("the groups of an optimizer must ascend and end with its {} parameters; the last one ends at {}",
                       values_.numel(), groups_.back().end);
  if (config_.name != OptimizerName::kSgd) second_ = at::zeros_like(values_);
}

// So few elements that gradient, weights before and weights after stay in the nearest cache while they are summed up.
constexpr std::int64_t kPieceLength = 2048;

struct Optimizer::Piece {
  std::int64_t begin, end;
  std::size_t tensor;
  UpdateNorms squares{};
};

template <class T, class Pass>
void Optimizer::make_update(double lr, double gradient_scale, const Pass& pass) {
  ++updates_;
  const double passes = second_.defined() ? 7 : 5;  // reads of g, θ, m, v; writes of θ, m, v
  const profile::Timer timer(op, 0, passes * static_cast<double>(values_.nbytes()));
  const Buffers<T> b{values_.data_ptr<T>(), gradients_.data_ptr<T>(), first_.data_ptr<T>(),
                     second_.defined() ? second_.data_ptr<T>() : nullptr};
  std::vector<GroupRates> rates;
  for (const ParameterGroup& group : groups_) {
    OptimConfig of_group = config_;
    of_group.weight_decay = group.weight_decay;
    const double rate = lr * group.rate_scale;
    rates.push_back({group.end, rate, group.weight_decay, adam_rates(of_group, updates_, rate, gradient_scale)});
  }
  pass([&](std::int64_t begin, std::int64_t end) {
    for (const GroupRates& group : rates) {
      const std::int64_t last = std::min(end, group.end);
      if (begin >= last) continue;
      if (config_.name == OptimizerName::kSgd)
        ops::cpu::run_loops<sgd_kernel<T>>(b, begin, last, gradient_scale, group.weight_decay, config_.momentum,
                                           group.rate);
      else
        ops::cpu::run_loops<adam_kernel<T>>(b, begin, last, group.adam);
      begin = last;
    }
  });
}

void Optimizer::step(double lr, double gradient_scale) {
  AT_DISPATCH_FLOATING_TYPES(values_.scalar_type(), "optimizer", [&] {
    make_update<scalar_t>(lr, gradient_scale,
                          [&](const auto& update) { at::parallel_for(0, values_.numel(), kGrain, update); });
  });
}

template <class T>
void Optimizer::update_pieces(double lr, double gradient_scale, std::span<Piece> pieces) {
  const T *values = values_.data_ptr<T>(), *gradients = gradients_.data_ptr<T>();
  make_update<T>(lr, gradient_scale, [&](const auto& update) {
    at::parallel_for(0, std::ssize(pieces), kGrain / kPieceLength, [&](std::int64_t first, std::int64_t last) {
      std::array<T, kPieceLength> before;
      for (Piece& p : pieces.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first))) {
        std::copy(values + p.begin, values + p.end, before.data());
        update(p.begin, p.end);
        ops::cpu::run_loops<sum_squares<T>>(gradients + p.begin, before.data(), values + p.begin, p.end - p.begin,
                                            &p.squares);
      }
    });
  });
}

std::vector<UpdateNorms> Optimizer::step_with_norms(double lr, double gradient_scale,
                                                    std::span<const std::int64_t> ends) {
  std::vector<Piece> pieces;
  for (std::size_t tensor = 0; tensor < ends.size(); ++tensor)
    for (std::int64_t begin = tensor > 0 ? ends[tensor - 1] : 0; begin < ends[tensor]; begin += kPieceLength)
      pieces.push_back({begin, std::min(begin + kPieceLength, ends[tensor]), tensor});
  AT_DISPATCH_FLOATING_TYPES(values_.scalar_type(), "optimizer",
                             [&] { update_pieces<scalar_t>(lr, gradient_scale, pieces); });
  std::vector<UpdateNorms> norms(ends.size());
  for (const Piece& p : pieces) {
    norms[p.tensor].gradient += p.squares.gradient;
    norms[p.tensor].weight += p.squares.weight;
    norms[p.tensor].change += p.squares.change;
  }
  for (UpdateNorms& n : norms) n = {std::sqrt(n.gradient), std::sqrt(n.weight), std::sqrt(n.change)};
  return norms;
}

std::vector<std::pair<std::string, at::Tensor>> Optimizer::state() const {
  if (!second_.defined()) return {{"momentum", first_}};
  return {{"first_moment", first_}, {"second_moment", second_}};
}

}  // namespace prenorm::optim
