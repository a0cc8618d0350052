// The residual connection around a branch f. residual.cpp places every norm of a layer, and no other source does:
// Residual::read before the branch, Residual::add on the branch and after the sum, StackEnd after the last layer.
//
//   post_ln          y = LN(x + f(x))         nothing after the last layer      Vaswani et al. 2017
//   deepnorm         y = LN(α x + f(x))       nothing; α: nn/depth_scales.h     Wang et al. 2022
//   admin            y = LN(ω ⊙ x + f(x))     nothing; ω: models/admin.h        Liu et al. 2020
//   pre_ln           y = x + f(LN(x))         one LN                            Xiong et al. 2020, Table 1
//   pre_ln_no_final  y = x + f(LN(x))         nothing: the mistake that loses the 1/√L effect of their Theorem 1
//   sandwich_ln      y = x + LN'(f(LN(x)))    one LN                            Ding et al. 2021 (CogView)
//   none             y = x + f(x)             nothing                           He et al. 2023
//
// In general y = after(α scale x + β branch(f(before(x)))); the traits of a placement (config/placement.h) say which of
// the three norms exist, what the scale is, and whether one more LN follows the last layer. α and β are the shortcut
// weights of the configuration (He et al. 2023, section 2), 1 unless set; with α = 0 there is no shortcut.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>

#include "prenorm/config/placement.h"
#include "prenorm/nn/context.h"
#include "prenorm/nn/normalization.h"

namespace prenorm::nn {

// The residual stream between two sublayers: x + dropout(branch). If the next sublayer starts with a normalisation,
// that also does the addition, in one pass.
struct Stream {
  at::Tensor x;         // [tokens, d_model]
  at::Tensor branch{};  // the same shape; undefined if there is nothing to add
  ops::DropoutMask dropout{};
  std::shared_ptr<const std::string> point{};  // the observation point of the sum

  at::Tensor sum() const { return branch.defined() ? x + ops::dropout(branch, dropout) : x; }
};

// α and β of y = after(α scale x + β branch(f(before(x)))).
struct ShortcutWeights {
  double skip = 1, gain = 1;
};
// Cross-attention always has 1 and 1: without a shortcut, a decoder would forget its own tokens there.
ShortcutWeights shortcut_weights(const ModelConfig& config, Sublayer sublayer);

// Observation points: `<scope>.norm_input` (the input of the first normalisation, scales included), `.branch` (the term
// added, before dropout) and `.output` (the stream after the sublayer). With a norm on the branch also
// `.branch_norm_input` (f's result); with norms before and after also `.output_norm_input` (the input of the second).
// Without norms there is no `.norm_input`.
class Residual {
 public:
  // Registers the weights that the placement has, all ones: `<scope>.norm` (before, else after), `.branch_norm`,
  // `.output_norm` (after, if there is also one before) and `.omega` (a learned scale).
  Residual(const Scope& scope, const ModelConfig& config, const Place& place);
  // depth_scale: the factor of x for StreamScale::kDepth.
  Residual(const Scope& scope, const ModelConfig& config, const PlacementTraits& traits, double depth_scale,
           const ShortcutWeights& weights = {});

  // f maps [tokens, d_model] to the same shape.
  template <class Branch>
  Stream operator()(const Stream& in, const Context& context, const Branch& f) const {
    const ops::NormedSum input = read(in, context);
    return add(input.sum, f(input.normed), context);
  }

 private:
  ops::NormedSum read(const Stream& in, const Context& context) const;
  Stream add(const at::Tensor& x, at::Tensor branch, const Context& context) const;
  Stream alone(const at::Tensor& branch, const Context& context) const;
  at::Tensor scaled(const at::Tensor& x) const;

  struct Points {
    std::string norm_input, branch_norm_input, branch, output_norm_input;
    std::shared_ptr<const std::string> output;
  };

  std::optional<Norm> before_, branch_norm_, after_;
  std::optional<double> depth_scale_;
  ShortcutWeights weights_;
  at::Tensor omega_;  // undefined unless the scale is learned
  double dropout_;
  std::uint64_t site_;
  Points points_;
};

// The end of a stack: the postponed addition and, under some placements, `<scope>.norm`, whose input is observed as
// `<scope>.norm_input`.
class StackEnd {
 public:
  StackEnd(const Scope& scope, const ModelConfig& config, Stack stack);
  at::Tensor operator()(const Stream& in, const Context& context) const;

 private:
  std::optional<Norm> norm_;
  std::string norm_input_;
};

}  // namespace prenorm::nn
