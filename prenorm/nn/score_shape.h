// The bias of the scores and the scale of the rows with which an attention module starts as a given matrix A:
//
//   A(X) = D softmax(Q Kᵀ/√d_head + B),   D = the row sums of A,   B_ij = ln(A_ij / D_i)
//
// so that it is A while queries are zero (He et al. 2023). Both are constants. Tables grow with the longest sequence.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "prenorm/nn/attention_shape.h"
#include "prenorm/nn/packing.h"

namespace prenorm::nn {

class ScoreShape {
 public:
  explicit ScoreShape(const AttentionShape& shape) : shape_(shape), tables_(std::make_shared<Tables>()) {}

  struct Sequences {
    std::vector<at::Tensor> bias;  // for each sequence, a matrix that covers it
    at::Tensor row_scale;          // [tokens, 1]
  };
  // `options`: of the tensors to make. Errors: those of log_attention.
  Sequences of(const Packing& packing, const at::TensorOptions& options) const;

  struct Rows {
    at::Tensor bias;       // [picks]
    at::Tensor row_scale;  // [queries, 1]
  };
  // For queries that each see all tokens of their sequence up to themselves, as many as they have picks.
  Rows of_last_tokens(const at::Tensor& pick_offsets, const at::TensorOptions& options) const;

 private:
  struct Table {
    at::Tensor bias, row_scale;  // [length, length], [length, 1]
  };
  struct Tables {
    std::mutex mutex;
    std::map<std::int64_t, Table> by_length;  // a single one if attention is causal
    std::int64_t elements = 0;
  };
  Table table(std::int64_t length, const at::TensorOptions& options) const;

  AttentionShape shape_;
  std::shared_ptr<Tables> tables_;
};

}  // namespace prenorm::nn
