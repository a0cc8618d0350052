// y = act(x Wᵀ + b) with W: [out, in], and an adapter beside W where the parameters are to have one.
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
      : weight_(scope.add("weight", {out, in}, initializer)),
        bias_(scope.add("bias", {out}, constant(0))),
        adapter_(scope.add_adapter(in, out)) {}

  // [rows, in] -> [rows, out]
  at::Tensor operator()(const at::Tensor& x, std::optional<ops::ActivationForm> activation = std::nullopt) const {
    return ops::linear(x, weight_, bias_, activation, adapter_);
  }

 private:
  at::Tensor weight_, bias_;
  ops::LowRank adapter_;  // undefined unless the options of the parameters give it one
};

}  // namespace prenorm::nn
