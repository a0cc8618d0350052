#include "prenorm/nn/residual.h"

#include "prenorm/nn/depth_scales.h"
#include "prenorm/ops/example_norms.h"

namespace prenorm::nn {
namespace {

// The sum of the stream. If it was postponed until here, the observer sees it.
at::Tensor sum_of(const Stream& in, const Context& context) {
  return in.branch.defined() ? context.observed(*in.point, in.sum()) : in.x;
}

// The same, with its normalisation.
ops::NormedSum normed_sum(const Norm& norm, const Stream& in, const std::string& point, const Context& context) {
  ops::NormedSum result;
  if (in.branch.defined()) {
    result = norm(in.x, in.branch, in.dropout);
    context.observe(*in.point, result.sum);
  } else {
    result = {in.x, norm(in.x)};
  }
  context.observe(point, result.sum);
  return result;
}

}  // namespace

ShortcutWeights shortcut_weights(const ModelConfig& config, Sublayer sublayer) {
  switch (sublayer) {
    case Sublayer::kSelfAttention: return {config.attention_skip, config.attention_gain};
    case Sublayer::kFeedForward: return {config.feed_forward_skip, config.feed_forward_gain};
    case Sublayer::kCrossAttention: break;
  }
  return {};
}

Residual::Residual(const Scope& scope, const ModelConfig& config, const Place& place)
    : Residual(scope, config, traits_of(placement_of(config, place)), depth_scales(config, place).stream,
               shortcut_weights(config, place.sublayer)) {}

Residual::Residual(const Scope& scope, const ModelConfig& config, const PlacementTraits& traits, double depth_scale,
                   const ShortcutWeights& weights)
    : weights_(weights), dropout_(config.dropout), site_(name_key(scope.name() + ".dropout")) {
  const auto point = [&](const char* name) { return (scope / name).name(); };
  const char* after = traits.norm_before ? "output_norm" : "norm";
  points_ = {point("norm_input"), point("branch_norm_input"), point("branch"), point(after) + "_input",
             std::make_shared<const std::string>(point("output"))};
  if (traits.norm_before) before_.emplace(scope / "norm", config);
  if (traits.norm_after && !traits.norm_before) after_.emplace(scope / after, config);
  if (traits.norm_branch) branch_norm_.emplace(scope / "branch_norm", config);
  if (traits.norm_after && traits.norm_before) after_.emplace(scope / after, config);
  if (traits.stream_scale == StreamScale::kDepth) depth_scale_ = depth_scale;
  if (traits.stream_scale == StreamScale::kLearned) omega_ = scope.add("omega", {config.d_model}, constant(1));
}

// The stream, and the branch's input computed from it.
ops::NormedSum Residual::read(const Stream& in, const Context& context) const {
  if (before_) return normed_sum(*before_, in, points_.norm_input, context);
  const at::Tensor x = sum_of(in, context);
  return {x, x};
}

at::Tensor Residual::scaled(const at::Tensor& x) const {
  if (depth_scale_) return *depth_scale_ * weights_.skip * x;
  const at::Tensor shortcut = weights_.skip == 1 ? x : weights_.skip * x;
  if (!omega_.defined()) return shortcut;
  at::Tensor result = omega_ * shortcut;
  ops::measure_scale(omega_, shortcut, result);
  return result;
}

Stream Residual::add(const at::Tensor& x, at::Tensor branch, const Context& context) const {
  if (branch_norm_) branch = (*branch_norm_)(context.observed(points_.branch_norm_input, branch));
  if (weights_.gain != 1) branch = weights_.gain * branch;
  context.observe(points_.branch, branch);
  const ops::DropoutMask mask = context.dropout_mask(dropout_, site_, branch.size(1));
  if (weights_.skip == 0) return alone(ops::dropout(branch, mask), context);
  if (!after_) return {scaled(x), branch, mask, points_.output};
  const ops::NormedSum result = (*after_)(scaled(x), branch, mask);
  context.observe(points_.output_norm_input, result.sum);
  return {context.observed(*points_.output, result.normed)};
}

// The sum without a shortcut: the branch is all there is.
Stream Residual::alone(const at::Tensor& branch, const Context& context) const {
  if (!after_) return {context.observed(*points_.output, branch)};
  context.observe(points_.output_norm_input, branch);
  return {context.observed(*points_.output, (*after_)(branch))};
}

StackEnd::StackEnd(const Scope& scope, const ModelConfig& config, Stack stack)
    : norm_input_(scope.name() + ".norm_input") {
  const Place last{{stack, layers_of(config, stack) - 1}, Sublayer::kFeedForward};
  if (traits_of(placement_of(config, last)).final_norm) norm_.emplace(scope / "norm", config);
}

at::Tensor StackEnd::operator()(const Stream& in, const Context& context) const {
  return norm_ ? normed_sum(*norm_, in, norm_input_, context).normed : sum_of(in, context);
}

}  // namespace prenorm::nn
