// The input of a stack, in one pass: dropout(scale · E[id] + P[position]).
#pragma once

#include <ATen/core/Tensor.h>

#include "prenorm/ops/dropout.h"

namespace prenorm::ops {

struct EmbeddingTables {
  at::Tensor tokens;     // E: [vocabulary, d_model]; for its gradient see weight_gradient.h
  at::Tensor positions;  // P: [length, d_model]; learned if it requires a gradient
  double scale = 1;
};

// ids, positions: int64 [tokens], each a row of its table. Returns [tokens, d_model].
at::Tensor embedding(const at::Tensor& ids, const at::Tensor& positions, const EmbeddingTables& tables,
                     const DropoutMask& mask);

// The same from ATen's operators.
at::Tensor embedding_composite(const at::Tensor& ids, const at::Tensor& positions, const EmbeddingTables& tables,
                               const DropoutMask& mask);

}  // namespace prenorm::ops
