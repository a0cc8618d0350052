// y = x Wᵀ + b with W: [out, in].
#pragma once

#include <ATen/core/Tensor.h>

#include "prenorm/nn/parameters.h"

namespace prenorm::nn {

class Linear {
 public:
  Linear(const Scope& scope, std::int64_t in, std::int64_t out, const Initializer& initializer)
      : weight_(scope.add("weight", {out, in}, initializer)), bias_(scope.add("bias", {out}, constant(0))) {}

  // [..., in] -> [..., out]
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
};

}  // namespace prenorm::nn
