#include "prenorm/nn/parameters.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

#include "prenorm/base/error.h"

namespace prenorm::nn {

at::Tensor Parameters::add(std::string name, at::IntArrayRef shape, const Initializer& initializer) {
  const auto same = [&](const Parameter& p) { return p.name == name; };
  if (std::any_of(list_.begin(), list_.end(), same)) throw_error<Error>("two parameters are named {}", name);
  at::Tensor value = at::empty(shape, options_.dtype);  // initializers fill it on the CPU
  if (!shared_.defined()) initializer(value, RandomStream(mix_key({seed_, name_key(name)})));
  value = value.to(options_.device);
  value.set_requires_grad(true);
  list_.push_back({std::move(name), value});
  return value;
}

void Parameters::complete() {
  const at::NoGradGuard no_grad;
  values_ = shared_.defined() ? shared_ : at::empty({count()}, at::device(options_.device).dtype(options_.dtype));
  if (options_.gradient_buffer) gradients_ = at::zeros_like(values_);
  std::int64_t first = 0;
  for (Parameter& p : list_) {
    const std::int64_t n = p.value.numel();
    const at::Tensor place = values_.narrow(0, first, n).view(p.value.sizes());
    if (!shared_.defined()) place.copy_(p.value);
    p.value.set_data(place);
    if (gradients_.defined()) p.value.mutable_grad() = gradients_.narrow(0, first, n).view(p.value.sizes());
    first += n;
  }
}

Parameters Parameters::sharing_values_of(const Parameters& original) {
  Parameters parameters(original.seed_, original.options_);
  parameters.shared_ = original.values_;
  return parameters;
}

const at::Tensor& Parameters::at(std::string_view name) const {
  for (const Parameter& p : list_)
    if (p.name == name) return p.value;
  throw_error<Error>("no parameter is named {}", name);
}

std::int64_t Parameters::count() const {
  std::int64_t total = 0;
  for (const Parameter& p : list_) total += p.value.numel();
  return total;
}

}  // namespace prenorm::nn
