// The part of ExampleNorms for tables of embeddings. A table may be read by several embeddings and be the matrix of the
// projection to the vocabulary, and the gradient of an example is the sum over all of them:
//
//   ‖R_b + D_b‖² = ‖R_b‖² + 2 ⟨R_b, D_b⟩ + ‖D_b‖²
//
// R_b: the gradients of the rows that example b has read, those of a repeated token summed before squaring; D_b: the
// gradient from the projection, of which ⟨R_b, D_b⟩ needs only the rows that the example has read.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

namespace prenorm::ops {

class ExampleTables {
 public:
  // What an embedding read. Returns its number.
  std::int64_t add_reading(const at::Tensor& table, const at::Tensor& ids, std::span<const std::int64_t> offsets);
  // The gradient of the rows that it read, [tokens, d_model].
  void set_gradient(std::int64_t reading, const at::Tensor& gradient);

  // A matrix's gradient Σ_t g_t h_tᵀ of each example, at the rows that its readings read.
  struct Projected {
    std::vector<std::pair<std::int64_t, at::Tensor>> rows{};  // number of the reading, [tokens, d_model]
  };
  // For a projection with this table: zeros for all its readings so far.
  Projected project(const at::Tensor& table) const;
  // Adds example b's part, from hidden: [places, d_model] and grad_logits: [places, vocabulary].
  void add_projected(Projected& projected, std::int64_t b, const at::Tensor& hidden,
                     const at::Tensor& grad_logits) const;
  // The projection's gradient is `scale` times what was added.
  void keep(const Projected& projected, double scale);

  // Table, Σ_b (‖R_b‖² + 2 ⟨R_b, D_b⟩), and the arithmetic of it.
  std::vector<std::tuple<at::Tensor, double, double>> totals() const;

 private:
  struct Reading {
    at::Tensor table, ids;
    std::vector<std::int64_t> offsets;
    at::Tensor gradient{};   // undefined if it got none
    at::Tensor projected{};  // undefined if no projection shares the table
  };
  std::tuple<double, double> total(const std::vector<const Reading*>& readings) const;

  std::vector<Reading> readings_;
};

}  // namespace prenorm::ops
