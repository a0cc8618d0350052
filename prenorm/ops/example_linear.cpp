#include "prenorm/ops/example_linear.h"

#include <ATen/Dispatch.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <vector>

#include "prenorm/ops/cpu/example_squares.h"
#include "prenorm/ops/cpu/rows_sum.h"
#include "prenorm/ops/gemm.h"

namespace prenorm::ops {
namespace {

struct RowRange {
  std::int64_t begin, end;
  std::int64_t rows() const { return end - begin; }
  at::Tensor of(const at::Tensor& x) const { return x.narrow(0, begin, rows()); }
};

RowRange example(std::span<const std::int64_t> offsets, std::size_t b) {
  return {offsets[b] - offsets[0], offsets[b + 1] - offsets[0]};
}

cpu::GramSquares gram_squares(const at::Tensor& x, const at::Tensor& grad_y, const RowRange& range) {
  cpu::GramSquares squares{0, 0};
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "gram_squares", [&] {
    squares =
        cpu::gram_squares(x.data_ptr<scalar_t>() + range.begin * x.size(1), x.size(1),
                          grad_y.data_ptr<scalar_t>() + range.begin * grad_y.size(1), grad_y.size(1), range.rows());
  });
  return squares;
}

// Adds a vector and returns its squared norm.
double add_with_squares(at::Tensor& sum, const at::Tensor& vector) {
  double squares = 0;
  AT_DISPATCH_FLOATING_TYPES(vector.scalar_type(), "add_with_squares", [&] {
    squares = cpu::add_with_squares(sum.data_ptr<scalar_t>(), vector.data_ptr<scalar_t>(), vector.numel());
  });
  return squares;
}

// Consecutive examples in Gram form, whose gradients are not needed one by one, or one in the other form.
struct Run {
  ExampleForm form;
  RowRange range;
};

// A part of a matrix that stays in the second-level cache while all examples are added to it; not fewer rows than our
// own product takes.
constexpr std::int64_t kPartElements = 1 << 17, kFewestRows = 96;

void add_run(at::Tensor& weight, at::Tensor& bias, const Run& run, const at::Tensor& grad_y, const at::Tensor& x,
             double scale, LinearSquares& sum) {
  const at::Tensor g = run.range.of(grad_y), rows = run.range.of(x);
  if (run.form == ExampleForm::kGram) {
    if (bias.defined())
      gemm_weight_and_bias_gradient(weight, bias, g, rows);
    else
      gemm_weight_gradient(weight, g, rows, scale);
    return;
  }
  if (!bias.defined()) {
    sum.weight += gemm_weight_gradient_with_squares(weight, nullptr, g, rows, scale);
    return;
  }
  at::Tensor own_bias = at::zeros_like(bias);
  sum.weight += gemm_weight_gradient_with_squares(weight, &own_bias, g, rows, scale);
  sum.bias += add_with_squares(bias, own_bias);
}

double number(std::int64_t n) { return static_cast<double>(n); }

}  // namespace

ExampleForm example_form(std::int64_t rows, std::int64_t in, std::int64_t out) {
  return number(rows) * number(rows) * number(in + out) < number(in) * number(out) ? ExampleForm::kGram
                                                                                   : ExampleForm::kSimultaneous;
}

double example_form_flops(ExampleForm form, std::int64_t rows, std::int64_t in, std::int64_t out) {
  if (rows == 0) return 0;
  if (form == ExampleForm::kGram) return 2 * number(rows) * number(rows) * number(in + out) - 1;
  return 2 * number(in) * number(out) - 1;
}

LinearSquares gemm_weight_gradient_by_example(at::Tensor& grad_weight, at::Tensor* grad_bias, const at::Tensor& grad_y,
                                              const at::Tensor& x, std::span<const std::int64_t> offsets,
                                              double scale) {
  const std::int64_t in = x.size(1), out = grad_y.size(1);
  LinearSquares sum;
  std::vector<Run> runs;
  for (std::size_t b = 0; b + 1 < offsets.size(); ++b) {
    const RowRange range = example(offsets, b);
    if (range.rows() == 0) continue;
    const ExampleForm form = example_form(range.rows(), in, out);
    sum.flops += example_form_flops(form, range.rows(), in, out);
    if (form == ExampleForm::kSimultaneous) {
      runs.push_back({form, range});
      continue;
    }
    const cpu::GramSquares squares = gram_squares(x, grad_y, range);
    sum.weight += scale * scale * squares.weight;
    sum.bias += squares.bias;
    if (!runs.empty() && runs.back().form == form)
      runs.back().range.end = range.end;
    else
      runs.push_back({form, range});
  }
  // One run is one product. Of several, each part of the matrix takes all before the next part, from the cache.
  const std::int64_t least = std::max(kFewestRows, kPartElements / in),
                     parts = runs.size() < 2 ? 1 : std::max<std::int64_t>(1, out / least),
                     part = (out + parts - 1) / parts;
  for (std::int64_t first = 0; first < out; first += part) {
    const std::int64_t count = std::min(part, out - first);
    at::Tensor weight = grad_weight.narrow(0, first, count),
               bias = grad_bias != nullptr ? grad_bias->narrow(0, first, count) : at::Tensor();
    for (const Run& run : runs) add_run(weight, bias, run, grad_y.narrow(1, first, count), x, scale, sum);
  }
  return sum;
}

double column_sums_by_example(at::Tensor& grad_bias, const at::Tensor& grad_y, std::span<const std::int64_t> offsets) {
  const std::int64_t columns = grad_y.size(1);
  double squares = 0;
  const at::Tensor sum = at::zeros({columns}, grad_y.options());
  AT_DISPATCH_FLOATING_TYPES(grad_y.scalar_type(), "column_sums_by_example", [&] {
    for (std::size_t b = 0; b + 1 < offsets.size(); ++b) {
      const RowRange range = example(offsets, b);
      cpu::add_rows(grad_y.data_ptr<scalar_t>() + range.begin * columns, range.rows(), columns,
                    sum.data_ptr<scalar_t>());
      squares += cpu::add_with_squares(grad_bias.data_ptr<scalar_t>(), sum.data_ptr<scalar_t>(), columns);
      sum.zero_();
    }
  });
  return squares;
}

LinearSquares linear_squares_composite(const at::Tensor& grad_y, const at::Tensor& x,
                                       std::span<const std::int64_t> offsets, double scale) {
  LinearSquares sum;
  for (std::size_t b = 0; b + 1 < offsets.size(); ++b) {
    const RowRange range = example(offsets, b);
    if (range.rows() == 0) continue;
    const at::Tensor g = range.of(grad_y) * scale;
    sum.weight += at::mm(g.t(), range.of(x)).square().sum(at::kDouble).item<double>();
    sum.bias += g.sum(0).square().sum(at::kDouble).item<double>();
    sum.flops += example_form_flops(ExampleForm::kSimultaneous, range.rows(), x.size(1), grad_y.size(1));
  }
  return sum;
}

}  // namespace prenorm::ops
