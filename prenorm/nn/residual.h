// The residual connection around a branch f, and where its normalisation is: the one place that computes it.
//
//   post_ln          y = LN(x + f(x))         nothing after the last layer      Vaswani et al. 2017
//   deepnorm         y = LN(α x + f(x))       nothing; α: nn/depth_scales.h     Wang et al. 2022
//   admin            y = LN(ω ⊙ x + f(x))     nothing; ω: models/admin.h        Liu et al. 2020
//   pre_ln           y = x + f(LN(x))         one LN                            Xiong et al. 2020, Table 1
//   pre_ln_no_final  y = x + f(LN(x))         nothing: the mistake that loses the 1/√L effect of their Theorem 1
//   sandwich_ln      y = x + LN'(f(LN(x)))    one LN                            Ding et al. 2021 (CogView)
//
// To add a placement: docs/model.md#add-a-placement lists what else knows about them.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

#include "prenorm/nn/context.h"
#include "prenorm/nn/normalization.h"

namespace prenorm::nn {

// The residual stream between two sublayers: x + dropout(branch). Where the next sublayer normalises first, the
// addition is left to its normalisation, which makes one pass of both.
struct Stream {
  at::Tensor x;       // [tokens, d_model]
  at::Tensor branch;  // the same shape; undefined where there is nothing to add
  ops::DropoutMask dropout;
  const std::string* point = nullptr;  // the sum's observation point

  at::Tensor sum() const { return branch.defined() ? x + ops::dropout(branch, dropout) : x; }
};

// Shows the observer `<scope>.norm_input` (what the normalisation sees, scales included), `.branch` (what is added,
// before dropout), `.output` (the stream after the sublayer) and under sandwich_ln `.branch_norm_input` (f's result).
class Residual {
 public:
  // Registers `<scope>.norm`, under sandwich_ln `<scope>.branch_norm`, under admin `<scope>.omega`, all ones.
  // stream_scale: α of deepnorm, DepthScales::stream of this stack.
  Residual(const Scope& scope, const ModelConfig& config, double stream_scale = 1);

  // f maps [tokens, d_model] to the same shape.
  template <class Branch>
  Stream operator()(const Stream& in, const Context& context, Branch&& f) const {
    switch (placement_) {
      case NormPlacement::kPostLn: return normed_after(in.x, f(in.x), context);
      case NormPlacement::kDeepnorm: return normed_after(stream_scale_ * in.x, f(in.x), context);
      case NormPlacement::kAdmin: return normed_after(omega_ * in.x, f(in.x), context);
      case NormPlacement::kPreLn:
      case NormPlacement::kPreLnNoFinal: return normed_before(in, context, f);
      case NormPlacement::kSandwichLn:
        return normed_before(in, context, [&](const at::Tensor& y) {
          return (*branch_norm_)(context.observed(points_.branch_norm_input, f(y)));
        });
    }
    return in;
  }

 private:
  struct Points {
    std::string norm_input, branch, branch_norm_input, output;
  };

  // LN(x + dropout(branch))
  Stream normed_after(const at::Tensor& x, const at::Tensor& branch, const Context& context) const;
  // x + dropout(f(LN(x)))
  template <class Branch>
  Stream normed_before(const Stream& in, const Context& context, const Branch& f) const {
    const ops::NormedSum normed = normed_sum(norm_, in, points_.norm_input, context);
    const at::Tensor branch = context.observed(points_.branch, f(normed.normed));
    return {normed.sum, branch, mask(branch, context), &points_.output};
  }
  ops::DropoutMask mask(const at::Tensor& x, const Context& context) const {
    return context.dropout_mask(dropout_, site_, x.size(1));
  }

  friend class StackEnd;
  // The sum of the stream, and that normalised.
  static ops::NormedSum normed_sum(const Norm& norm, const Stream& in, const std::string& point,
                                   const Context& context);

  NormPlacement placement_;
  Norm norm_;
  std::optional<Norm> branch_norm_;
  double stream_scale_;
  at::Tensor omega_;
  double dropout_;
  std::uint64_t site_;
  Points points_;
};

// What follows the last layer of a stack: the addition that is left, and under some placements `<scope>.norm`, whose
// input is shown as `<scope>.norm_input`.
class StackEnd {
 public:
  StackEnd(const Scope& scope, const ModelConfig& config);
  at::Tensor operator()(const Stream& in, const Context& context) const;

 private:
  std::optional<Norm> norm_;
  std::string norm_input_;
};

}  // namespace prenorm::nn
