#include "prenorm/nn/residual.h"

namespace prenorm::nn {

Residual::Residual(const Scope& scope, const ModelConfig& config, double stream_scale)
    : placement_(config.norm_placement),
      norm_(scope / "norm", config),
      stream_scale_(stream_scale),
      dropout_(config.dropout),
      site_(name_key(scope.name() + ".dropout")),
      points_{scope.name() + ".norm_input", scope.name() + ".branch", scope.name() + ".branch_norm_input",
              scope.name() + ".output"} {
  if (placement_ == NormPlacement::kSandwichLn) branch_norm_.emplace(scope / "branch_norm", config);
  if (placement_ == NormPlacement::kAdmin) omega_ = scope.add("omega", {config.d_model}, constant(1));
}

Stream Residual::normed_after(const at::Tensor& x, const at::Tensor& branch, const Context& context) const {
  context.observe(points_.branch, branch);
  const ops::NormedSum result = norm_(x, branch, mask(x, context));
  context.observe(points_.norm_input, result.sum);
  return {context.observed(points_.output, result.normed), {}, {}, nullptr};
}

ops::NormedSum Residual::normed_sum(const Norm& norm, const Stream& in, const std::string& point,
                                    const Context& context) {
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

StackEnd::StackEnd(const Scope& scope, const ModelConfig& config) : norm_input_(scope.name() + ".norm_input") {
  const bool normalises =
      config.norm_placement == NormPlacement::kPreLn || config.norm_placement == NormPlacement::kSandwichLn;
  if (normalises) norm_.emplace(scope / "norm", config);
}

at::Tensor StackEnd::operator()(const Stream& in, const Context& context) const {
  if (norm_) return Residual::normed_sum(*norm_, in, norm_input_, context).normed;
  return in.branch.defined() ? context.observed(*in.point, in.sum()) : in.x;
}

}  // namespace prenorm::nn
