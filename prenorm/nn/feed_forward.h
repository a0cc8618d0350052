// FFN(x) = act(x W1 + b1) W2 + b2 (Vaswani et al. 2017, eq. 2). act is ReLU, the exact GELU, GPT-2's GELU with tanh, or
// a leaky ReLU for the depth of the stack (nn/activation_shape.h).
#pragma once

#include <ATen/core/Tensor.h>

#include "prenorm/config/model_config.h"
#include "prenorm/nn/context.h"
#include "prenorm/nn/depth_scales.h"
#include "prenorm/nn/linear.h"

namespace prenorm::nn {

class FeedForward {
 public:
  // gains: the DepthScales::gains of this stack.
  FeedForward(const Scope& scope, const ModelConfig& config, Stack stack, const BranchGains& gains = {});

  // [tokens, d_model] -> [tokens, d_model]
  at::Tensor operator()(const at::Tensor& x, const Context& context) const;

 private:
  ops::ActivationForm activation_;
  double dropout_;
  std::uint64_t site_;
  Linear up_, down_;
};

}  // namespace prenorm::nn
