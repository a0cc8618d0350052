#pragma once

#include <ATen/core/Tensor.h>

#include "prenorm/ops/embedding.h"

namespace prenorm::ops::cpu {

at::Tensor embed(const at::Tensor& ids, const at::Tensor& positions, const EmbeddingTables& tables,
                 const DropoutMask& mask);

// grad_table[rows[i]] += scale * masked grad[i], for each i in turn.
void add_to_rows(at::Tensor& grad_table, const at::Tensor& rows, const at::Tensor& grad, double scale,
                 const DropoutMask& mask);

}  // namespace prenorm::ops::cpu
