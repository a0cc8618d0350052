// y = act(x Wᵀ + b) with W: [out, in].
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "prenorm/config/model_config.h"
#include "prenorm/nn/parameters.h"
#include "prenorm/ops/linear.h"

namespace prenorm::nn {

class Linear {
 public:
  Linear(const Scope& scope, std::int64_t in, std::int64_t out, const Initializer& initializer)
      : weight_(scope.add("weight", {out, in}, initializer)), bias_(scope.add("bias", {out}, constant(0))) {}

  // [rows, in] -> [rows, out]
  at::Tensor operator()(const at::Tensor& x, std::optional<ops::ActivationForm> activation = std::nullopt) const {
    return ops::linear(x, weight_, bias_, activation);
  }

 private:
  at::Tensor weight_, bias_;
};

}  // namespace prenorm::nn
