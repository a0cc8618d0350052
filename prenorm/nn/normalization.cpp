#include "prenorm/nn/normalization.h"

#include <ATen/ops/layer_norm.h>

namespace prenorm::nn {

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
  return at::layer_norm(x, weight_.sizes(), weight_, bias_, eps_);
}

}  // namespace prenorm::nn
