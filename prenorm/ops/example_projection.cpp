#include "prenorm/ops/example_projection.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <utility>

namespace prenorm::ops {
namespace {

at::Tensor detached(const at::Tensor& x) { return x.defined() ? x.detach() : x; }

}  // namespace

ProjectionByExample::ProjectionByExample(ExampleRowsPtr examples, const at::Tensor& hidden, const at::Tensor& weight,
                                         const at::Tensor& bias)
    : examples_(std::move(examples)),
      hidden_(hidden.detach().contiguous()),
      weight_(detached(weight)),
      bias_(detached(bias)) {
  if (examples_->norms.measures(weight)) projected_ = examples_->norms.tables().project(weight_);
}

std::int64_t ProjectionByExample::rows_from(std::int64_t row, std::int64_t most) const {
  const std::vector<std::int64_t>& offsets = examples_->offsets;
  const auto next = std::upper_bound(offsets.begin(), offsets.end(), row),
             beyond = std::upper_bound(offsets.begin(), offsets.end(), row + most);
  return std::max(*next, *(beyond - 1)) - row;
}

// From the last offset at the first row to the first one at the end: examples without rows in between do no harm.
std::span<const std::int64_t> ProjectionByExample::offsets_of(std::int64_t row, std::int64_t rows) const {
  const std::vector<std::int64_t>& offsets = examples_->offsets;
  const auto first = std::upper_bound(offsets.begin(), offsets.end(), row) - 1,
             last = std::lower_bound(offsets.begin(), offsets.end(), row + rows);
  return {first, last + 1};
}

void ProjectionByExample::add_chunk(std::int64_t row, const at::Tensor& grad_logits, at::Tensor& grad_bias) {
  const std::span<const std::int64_t> offsets = offsets_of(row, grad_logits.size(0));
  if (grad_bias.defined()) squares_.bias += column_sums_by_example(grad_bias, grad_logits, offsets);
  if (projected_.rows.empty()) return;
  std::int64_t b = offsets.data() - examples_->offsets.data();
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i, ++b) {
    const std::int64_t places = offsets[i + 1] - offsets[i];
    examples_->norms.tables().add_projected(projected_, b, hidden_.narrow(0, offsets[i], places),
                                            grad_logits.narrow(0, offsets[i] - row, places));
  }
}

void ProjectionByExample::add_to_weight(std::int64_t row, const at::Tensor& grad_logits, at::Tensor& grad_weight,
                                        double scale) {
  const std::int64_t rows = grad_logits.size(0);
  const LinearSquares squares = gemm_weight_gradient_by_example(
      grad_weight, nullptr, grad_logits, hidden_.narrow(0, row, rows), offsets_of(row, rows), scale);
  squares_.weight += squares.weight;
  squares_.flops += squares.flops;
}

void ProjectionByExample::scale_and_keep(double scale) {
  ExampleNorms& norms = examples_->norms;
  norms.tables().keep(std::exchange(projected_, {}), scale);
  const LinearSquares squares = std::exchange(squares_, {});
  norms.add(weight_, scale * scale * squares.weight);
  norms.add(bias_, scale * scale * squares.bias);
  norms.count(squares.flops);
}

ProjectionByExamplePtr projection_by_example(const at::Tensor& hidden, const at::Tensor& weight,
                                             const at::Tensor& bias) {
  ExampleRowsPtr examples = examples_of(hidden.size(0), {weight, bias});
  if (!examples) return {};
  return c10::make_intrusive<ProjectionByExample>(std::move(examples), hidden, weight, bias);
}

void measure_projection(const at::Tensor& logits, const at::Tensor& hidden, const at::Tensor& weight,
                        const at::Tensor& bias) {
  const ExampleRowsPtr examples = examples_of(hidden.size(0), {weight, bias});
  if (!examples) return;
  with_gradient(logits, [=, hidden = hidden.detach()](const at::Tensor& gradient) {
    const at::NoGradGuard no_grad;
    ExampleNorms& norms = examples->norms;
    const LinearSquares squares = linear_squares_composite(gradient, hidden, examples->offsets);
    norms.add(weight, squares.weight);
    norms.add(bias, squares.bias);
    norms.count(squares.flops);
    if (!norms.measures(weight)) return;
    ExampleTables::Projected projected = norms.tables().project(weight);
    for (std::int64_t b = 0; b < examples->examples(); ++b) {
      const std::int64_t begin = examples->offsets[static_cast<std::size_t>(b)],
                         places = examples->offsets[static_cast<std::size_t>(b) + 1] - begin;
      norms.tables().add_projected(projected, b, hidden.narrow(0, begin, places), gradient.narrow(0, begin, places));
    }
    norms.tables().keep(projected, 1);
  });
}

}  // namespace prenorm::ops
