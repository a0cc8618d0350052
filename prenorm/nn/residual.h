// The residual connection around a branch f, and where its LayerNorm stands: the one place that knows (Xiong et al.
// 2020, Table 1).
//
//   post_ln: y = LN(x + f(x))        nothing after the last layer
//   pre_ln:  y = x + f(LN(x))        one LN after the last layer (without it the 1/√L effect of Theorem 1 is lost)
//
// To add a placement: a value of NormPlacement, a case here, a test and a line in docs/model.md.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <utility>

#include "prenorm/nn/context.h"
#include "prenorm/nn/normalization.h"
#include "prenorm/ops/dropout.h"

namespace prenorm::nn {

class Residual {
 public:
  // Registers `<scope>.norm`.
  Residual(const Scope& scope, const ModelConfig& config)
      : placement_(config.norm_placement),
        norm_(scope / "norm", config),
        dropout_(config.dropout),
        site_(name_key(scope.name() + ".dropout")),
        branch_point_(scope.name() + ".branch"),
        output_point_(scope.name() + ".output") {}

  // x: [tokens, d_model]; f maps [tokens, d_model] to the same shape.
  template <class Branch>
  at::Tensor operator()(const at::Tensor& x, const Context& context, Branch&& f) const {
    at::Tensor y;
    switch (placement_) {
      case NormPlacement::kPostLn: y = norm_(x + dropped(std::forward<Branch>(f)(x), context)); break;
      case NormPlacement::kPreLn: y = x + dropped(std::forward<Branch>(f)(norm_(x)), context); break;
    }
    context.observe(output_point_, y);
    return y;
  }

 private:
  at::Tensor dropped(const at::Tensor& branch, const Context& context) const {
    context.observe(branch_point_, branch);
    return context.training ? ops::dropout(branch, dropout_, context.at(site_)) : branch;
  }

  NormPlacement placement_;
  LayerNorm norm_;
  double dropout_;
  std::uint64_t site_;
  std::string branch_point_, output_point_;
};

// What follows the last layer of a stack: `<scope>.norm` under pre_ln, nothing under post_ln.
class StackEnd {
 public:
  StackEnd(const Scope& scope, const ModelConfig& config) {
    if (config.norm_placement == NormPlacement::kPreLn) norm_.emplace(scope / "norm", config);
  }
  at::Tensor operator()(const at::Tensor& x) const { return norm_ ? (*norm_)(x) : x; }

 private:
  std::optional<LayerNorm> norm_;
};

}  // namespace prenorm::nn
