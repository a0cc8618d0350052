#pragma once

#include <ATen/core/Tensor.h>

namespace prenorm::ops::cpu {

struct LossSums {
  double loss = 0, nll = 0;  // nats, summed over rows
};

// Label-smoothed cross-entropy of each row of logits: [rows, vocabulary], contiguous; overwritten by its gradient if
// that is needed. targets: int64 [rows].
LossSums smoothed_loss(at::Tensor& logits, const at::Tensor& targets, double smoothing, bool want_gradient);

}  // namespace prenorm::ops::cpu
