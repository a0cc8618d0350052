#include "prenorm/papers/norm_only/network.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/relu.h>

namespace prenorm::papers::norm_only {
namespace {

at::Tensor as(const at::Tensor& like, const at::Tensor& t) { return t.to(like.scalar_type()); }

}  // namespace

at::Tensor Normalization::of(const at::Tensor& u) const {
  const at::Tensor normal = mean.defined() ? (u - as(u, mean)) / as(u, deviation) : u;
  return as(u, scale) * normal + as(u, shift);
}

Normalization Normalization::with_statistics(const at::Tensor& new_mean, const at::Tensor& new_deviation) const {
  const at::Tensor plain_scale = mean.defined() ? scale / deviation : scale;
  const at::Tensor plain_shift = mean.defined() ? shift - scale * mean / deviation : shift;
  return {plain_scale * new_deviation, plain_shift + plain_scale * new_mean, new_mean, new_deviation};
}

at::Tensor Network::operator()(const at::Tensor& z, at::Tensor* least) const {
  at::Tensor stream = z, layer_input = z;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const Pair& pair = pairs[i];
    const bool starts_layer = static_cast<std::int64_t>(i) % pairs_per_layer == 0;
    if (starts_layer) layer_input = stream;
    const at::Tensor& read = skips == Skips::kInput ? layer_input : stream;
    const at::Tensor hidden = pair.inner.of(read.mm(as(z, pair.first).t()));
    if (least != nullptr) {
      const at::Tensor now = hidden.amin(1);
      *least = least->defined() ? at::minimum(*least, now) : now;
    }
    const at::Tensor branch = pair.outer.of(at::relu(hidden).mm(as(z, pair.second).t()));
    const bool adds = skips == Skips::kPrevious || (skips == Skips::kInput && !starts_layer);
    stream = at::relu(adds ? stream + branch : branch);
  }
  return stream;
}

at::Tensor target_outputs(const std::vector<at::Tensor>& weights, const at::Tensor& z) {
  at::Tensor value = z;
  for (const at::Tensor& w : weights) value = at::relu(value.mm(w.t()));
  return value;
}

}  // namespace prenorm::papers::norm_only
