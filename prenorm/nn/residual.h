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

namespace prenorm::nn {

// The residual stream between two sublayers: x + dropout(branch). Under pre_ln the addition is left to the LayerNorm of
// the next sublayer, which makes one pass of both.
struct Stream {
  at::Tensor x;       // [tokens, d_model]
  at::Tensor branch;  // the same shape; undefined where there is nothing to add
  ops::DropoutMask dropout;
  const std::string* point = nullptr;  // the sum's observation point

  at::Tensor sum() const { return branch.defined() ? x + ops::dropout(branch, dropout) : x; }
};

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

  // f maps [tokens, d_model] to the same shape.
  template <class Branch>
  Stream operator()(const Stream& in, const Context& context, Branch&& f) const {
    switch (placement_) {
      case NormPlacement::kPostLn: {
        const at::Tensor y = norm_(in.x, observed(f(in.x), context), mask(in.x, context)).normed;
        context.observe(output_point_, y);
        return {y, {}, {}, nullptr};
      }
      case NormPlacement::kPreLn: {
        const ops::NormedSum normed = normed_sum(norm_, in, context);
        return {normed.sum, observed(f(normed.normed), context), mask(in.x, context), &output_point_};
      }
    }
    return in;
  }

  // The sum of the stream, and that normalised.
  static ops::NormedSum normed_sum(const LayerNorm& norm, const Stream& in, const Context& context) {
    if (!in.branch.defined()) return {in.x, norm(in.x)};
    ops::NormedSum result = norm(in.x, in.branch, in.dropout);
    context.observe(*in.point, result.sum);
    return result;
  }

 private:
  ops::DropoutMask mask(const at::Tensor& x, const Context& context) const {
    return context.dropout_mask(dropout_, site_, x.size(1));
  }
  at::Tensor observed(at::Tensor branch, const Context& context) const {
    context.observe(branch_point_, branch);
    return branch;
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
  at::Tensor operator()(const Stream& in, const Context& context) const {
    return norm_ ? Residual::normed_sum(*norm_, in, context).normed : in.x;
  }

 private:
  std::optional<LayerNorm> norm_;
};

}  // namespace prenorm::nn
