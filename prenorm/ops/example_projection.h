// Gradients by example of the projection to the vocabulary, gathered while the loss goes through chunks of rows.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

#include "prenorm/ops/example_linear.h"
#include "prenorm/ops/example_norms.h"

namespace prenorm::ops {

class ProjectionByExample : public torch::CustomClassHolder {
 public:
  // hidden: [rows, d_model]
  ProjectionByExample(ExampleRowsPtr examples, const at::Tensor& hidden, const at::Tensor& weight,
                      const at::Tensor& bias);

  // The number of rows from `row`, where an example starts, that are computed together: whole examples, at most `most`
  // rows if the first one has no more.
  std::int64_t rows_from(std::int64_t row, std::int64_t most) const;
  // For all rows of a chunk: adds to the gradients of weight and bias that are defined. The gradient of the weight can
  // be left for later, if it is kept until then.
  void add_chunk(std::int64_t row, const at::Tensor& grad_logits, at::Tensor& grad_bias);
  void add_to_weight(std::int64_t row, const at::Tensor& grad_logits, at::Tensor& grad_weight, double scale = 1);
  // In the backward pass, which multiplies the loss by `scale`: hands everything to the norms. What add_to_weight()
  // adds after that counts with its own scale.
  void scale_and_keep(double scale);

 private:
  std::span<const std::int64_t> offsets_of(std::int64_t row, std::int64_t rows) const;

  ExampleRowsPtr examples_;
  at::Tensor hidden_, weight_, bias_;
  LinearSquares squares_;
  ExampleTables::Projected projected_;
};
using ProjectionByExamplePtr = c10::intrusive_ptr<ProjectionByExample>;

// Null unless weight or bias are measured.
ProjectionByExamplePtr projection_by_example(const at::Tensor& hidden, const at::Tensor& weight,
                                             const at::Tensor& bias);

// The norms of a projection by ATen's operators, whose logits are these.
void measure_projection(const at::Tensor& logits, const at::Tensor& hidden, const at::Tensor& weight,
                        const at::Tensor& bias);

}  // namespace prenorm::ops
