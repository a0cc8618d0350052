#include "prenorm/nn/linear.h"

#include <ATen/ops/linear.h>

namespace prenorm::nn {

at::Tensor Linear::operator()(const at::Tensor& x) const { return at::linear(x, weight_, bias_); }

}  // namespace prenorm::nn
