#include "prenorm/nn/parameters.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/base/text.h"

namespace prenorm::nn {
namespace {

std::int64_t count_of(const std::vector<Parameter>& list) {
  std::int64_t total = 0;
  for (const Parameter& p : list) total += p.value.numel();
  return total;
}

// A pattern that chooses nothing is a mistake, which training would not show.
void check_used(const config::NamePatterns& patterns, const std::vector<std::string>& names, std::string_view key,
                std::string_view what) {
  for (const config::NamePattern& pattern : patterns) {
    if (std::any_of(names.begin(), names.end(), [&](const std::string& name) { return pattern.matches(name); }))
      continue;
    std::vector<std::string> near = names;
    std::sort(near.begin(), near.end(), [&](const std::string& a, const std::string& b) {
      return edit_distance(pattern.given, a) < edit_distance(pattern.given, b);
    });
    if (near.size() > 3) near.resize(3);
    throw_error<UsageError>(
        "{}: this model has no {} that matches {}; {}", key, what, quote_short(pattern.given),
        near.empty() ? std::string("it has none at all") : fmt::format("near it are {}", fmt::join(near, ", ")));
  }
}

}  // namespace

at::Tensor Parameters::add(std::string name, at::IntArrayRef shape, const Initializer& initializer) {
  const auto same = [&](const Parameter& p) { return p.name == name; };
  if (std::any_of(list_.begin(), list_.end(), same)) throw_error<Error>("two parameters are named {}", name);
  at::Tensor value = at::empty(shape, options_.dtype);  // initializers fill it on the CPU
  if (!shared_.defined()) initializer(value, RandomStream(mix_key({seed_, name_key(name)})));
  value = value.to(options_.device);
  value.set_requires_grad(options_.parts.trains(name));
  list_.push_back({std::move(name), value});
  return value;
}

ops::LowRank Parameters::add_adapter(const std::string& linear, std::int64_t in, std::int64_t out) {
  linears_.push_back(linear + ".weight");
  const std::int64_t rank = options_.parts.lora_rank;
  if (!options_.parts.adapts(linears_.back())) return {};
  if (rank > std::min(in, out))
    throw_error<UsageError>("train.lora_rank = {}: {} is {} x {}; an adapter's rank is at most {}", rank,
                            linears_.back(), out, in, std::min(in, out));
  const at::Tensor a = add(linear + std::string(kLoraA), {rank, in}, normal(1 / std::sqrt(static_cast<double>(in))));
  const at::Tensor b = add(linear + std::string(kLoraB), {out, rank}, constant(0));
  return {a, b, options_.parts.lora_scale};
}

void Parameters::complete() {
  const at::NoGradGuard no_grad;
  std::vector<std::string> names;
  for (const Parameter& p : list_) {
    names.push_back(p.name);
    if (p.trains()) trained_.push_back(p);
  }
  check_used(options_.parts.trained, names, "train.trainable", "parameter");
  check_used(options_.parts.lora_targets, linears_, "train.lora_targets", "matrix");
  values_ = shared_.defined() ? shared_ : at::empty({count()}, at::device(options_.device).dtype(options_.dtype));
  trained_values_ = all_train() ? values_ : values_.narrow(0, 0, trained_count());
  if (options_.gradient_buffer) gradients_ = at::zeros_like(trained_values_);
  std::int64_t trained = 0, frozen = trained_count();
  for (Parameter& p : list_) {
    const std::int64_t n = p.value.numel();
    std::int64_t& first = p.trains() ? trained : frozen;
    const at::Tensor place = values_.narrow(0, first, n).view(p.value.sizes());
    if (!shared_.defined()) place.copy_(p.value);
    p.value.set_data(place);
    if (p.trains() && gradients_.defined())
      p.value.mutable_grad() = gradients_.narrow(0, first, n).view(p.value.sizes());
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

std::int64_t Parameters::count() const { return count_of(list_); }
std::int64_t Parameters::trained_count() const { return count_of(trained_); }

}  // namespace prenorm::nn
