#include "prenorm/ops/cpu/layer_norm.h"

#include <ATen/Dispatch.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <vector>

#include "prenorm/machine/profile.h"
#include "prenorm/ops/cpu/dispatch.h"
#include "prenorm/ops/cpu/dropout.h"
#include "prenorm/ops/cpu/example_squares.h"
#include "prenorm/ops/cpu/row_blocks.h"
#include "prenorm/ops/cpu/rows_sum.h"

namespace prenorm::ops::cpu {
namespace {

profile::Operator forward_op{"residual, dropout and norm, forward"},
    backward_op{"residual, dropout and norm, backward"};

// The variant of the norm, decided outside the loops over rows.
struct Form {
  bool centered, weighted, biased;
};

// Calls use(form), where form() is a constant.
template <class Use>
void with_form(const NormWeights& norm, const Use& use) {
  constexpr auto kLayer = [] { return Form{true, true, true}; };
  constexpr auto kPlainLayer = [] { return Form{true, false, false}; };
  constexpr auto kRms = [] { return Form{false, true, false}; };
  constexpr auto kPlainRms = [] { return Form{false, false, false}; };
  const bool weighted = norm.weight.defined();
  if (norm.kind == NormKind::kLayerNorm) return weighted ? use(kLayer) : use(kPlainLayer);
  return weighted ? use(kRms) : use(kPlainRms);
}

template <class T>
struct Forward {
  const T *x, *branch, *weight, *bias;  // branch: null if there is none
  T *sum, *normed, *statistics;
  std::int64_t columns;
  T eps;
  bool drops;
  ElementDropout<T> drop;
};

template <class T>
PRENORM_INLINE void add_row(const Forward<T>& f, std::int64_t row) {
  const T *x = f.x + row * f.columns, *branch = f.branch + row * f.columns;
  T* sum = f.sum + row * f.columns;
  if (f.drops) {
    f.drop.over(row * f.columns, 0, f.columns, [&](std::int64_t from, std::int64_t to, const auto& stretch) {
#pragma omp simd
      for (std::int64_t c = from; c < to; ++c) sum[c] = x[c] + stretch(branch[c], c);
    });
  } else {
#pragma omp simd
    for (std::int64_t c = 0; c < f.columns; ++c) sum[c] = x[c] + branch[c];
  }
}

template <class T, Form form>
PRENORM_INLINE void forward_kernel(const Forward<T> f, std::int64_t begin, std::int64_t end) {
  const T count = static_cast<T>(f.columns);
  for (std::int64_t row = begin; row < end; ++row) {
    if (f.branch != nullptr) add_row(f, row);
    const T* sum = f.sum + row * f.columns;
    T* normed = f.normed + row * f.columns;
    T mean = 0, squares = 0;
    if constexpr (form.centered) {
      T total = 0;
#pragma omp simd reduction(+ : total)
      for (std::int64_t c = 0; c < f.columns; ++c) total += sum[c];
      mean = total / count;
    }
#pragma omp simd reduction(+ : squares)
    for (std::int64_t c = 0; c < f.columns; ++c) squares += (sum[c] - mean) * (sum[c] - mean);
    const T scale = T(1) / std::sqrt(squares / count + f.eps);
#pragma omp simd
    for (std::int64_t c = 0; c < f.columns; ++c) {
      T y = (sum[c] - mean) * scale;
      if constexpr (form.weighted) y *= f.weight[c];
      if constexpr (form.biased) y += f.bias[c];
      normed[c] = y;
    }
    f.statistics[2 * row] = mean;
    f.statistics[2 * row + 1] = scale;
  }
}

template <class T>
struct Backward {
  const T *grad_sum, *grad_normed, *sum, *weight, *statistics;  // grad_sum: null if there is none
  T *grad_x, *grad_branch;                                      // grad_branch: null if it equals grad_x
  std::int64_t columns;
  ElementDropout<T> drop;
};

// With x̂ = (v - μ) s and a = γ dy: dv = s (a - mean(a) - x̂ mean(a x̂)), dγ = Σ_rows dy x̂, dβ = Σ_rows dy. Without
// centering, μ = 0 and mean(a) is not subtracted.
template <class T, Form form>
PRENORM_INLINE void backward_kernel(const Backward<T> b, std::int64_t begin, std::int64_t end, T* grad_weight,
                                    T* grad_bias) {
  const T count = static_cast<T>(b.columns);
  for (std::int64_t row = begin; row < end; ++row) {
    const std::int64_t at = row * b.columns;
    const T *dy = b.grad_normed + at, *sum = b.sum + at;
    T* dx = b.grad_x + at;
    const T mean = form.centered ? b.statistics[2 * row] : T(0), scale = b.statistics[2 * row + 1];
    T sum_a = 0, sum_ax = 0;
#pragma omp simd reduction(+ : sum_a, sum_ax)
    for (std::int64_t c = 0; c < b.columns; ++c) {
      const T normal = (sum[c] - mean) * scale;
      T a = dy[c];
      if constexpr (form.weighted) a *= b.weight[c];
      if constexpr (form.centered) sum_a += a;
      sum_ax += a * normal;
      if constexpr (form.weighted) grad_weight[c] += dy[c] * normal;
      if constexpr (form.biased) grad_bias[c] += dy[c];
    }
    const T mean_a = sum_a / count, mean_ax = sum_ax / count;
#pragma omp simd
    for (std::int64_t c = 0; c < b.columns; ++c) {
      T a = dy[c];
      if constexpr (form.weighted) a *= b.weight[c];
      if constexpr (form.centered) a -= mean_a;
      dx[c] = scale * (a - (sum[c] - mean) * scale * mean_ax);
    }
    if (b.grad_sum != nullptr) {
      const T* direct = b.grad_sum + at;
#pragma omp simd
      for (std::int64_t c = 0; c < b.columns; ++c) dx[c] += direct[c];
    }
    if (b.grad_branch != nullptr) {
      T* branch = b.grad_branch + at;
      b.drop.over(at, 0, b.columns, [&](std::int64_t from, std::int64_t to, const auto& stretch) {
#pragma omp simd
        for (std::int64_t c = from; c < to; ++c) branch[c] = stretch(dx[c], c);
      });
    }
  }
}

// The rows of each block, cut also between examples if there are any: each piece has its own sums.
class RowPieces {
 public:
  RowPieces(std::int64_t rows, std::span<const std::int64_t> examples) {
    std::size_t example = 0;
    for (std::int64_t block = 0, row = 0; block < row_blocks(rows); ++block) {
      blocks_.push_back(std::ssize(pieces_));
      const std::int64_t stop = std::min(rows, (block + 1) * kBlockRows);
      while (row < stop) {
        std::int64_t end = stop;
        if (!examples.empty()) {
          while (examples[example + 1] <= row) ++example;
          end = std::min(stop, examples[example + 1]);
        }
        pieces_.push_back({row, end, example});
        row = end;
      }
    }
    blocks_.push_back(std::ssize(pieces_));
  }

  std::int64_t count() const { return std::ssize(pieces_); }
  // work(piece, first row, last row + 1)
  template <class Work>
  void in_block(std::int64_t block, const Work& work) const {
    for (std::int64_t i = blocks_[static_cast<std::size_t>(block)]; i < blocks_[static_cast<std::size_t>(block) + 1];
         ++i)
      work(i, pieces_[static_cast<std::size_t>(i)].begin, pieces_[static_cast<std::size_t>(i)].end);
  }
  // work(first piece, count of pieces) for each example with rows
  template <class Work>
  void by_example(const Work& work) const {
    for (std::size_t first = 0, last = 0; first < pieces_.size(); first = last) {
      for (last = first + 1; last < pieces_.size() && pieces_[last].example == pieces_[first].example;) ++last;
      work(static_cast<std::int64_t>(first), static_cast<std::int64_t>(last - first));
    }
  }

 private:
  struct Piece {
    std::int64_t begin, end;
    std::size_t example;
  };
  std::vector<Piece> pieces_;
  std::vector<std::int64_t> blocks_;  // [blocks + 1], the first piece of each
};

template <class T>
const T* pointer(const at::Tensor& x) {
  return x.defined() ? x.data_ptr<T>() : nullptr;
}

}  // namespace

NormOutput add_layer_norm(const at::Tensor& x, const at::Tensor& branch, const DropoutMask& mask,
                          const NormWeights& norm) {
  const profile::Timer timer(forward_op, 0, bytes_of(x, branch.defined() ? 4 : 2));
  NormOutput out{branch.defined() ? at::empty_like(x) : x, at::empty_like(x), at::empty({x.size(0), 2}, x.options())};
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "add_layer_norm", [&] {
    using T = scalar_t;
    const Forward<T> f{pointer<T>(x),
                       pointer<T>(branch),
                       pointer<T>(norm.weight),
                       pointer<T>(norm.bias),
                       out.sum.data_ptr<T>(),
                       out.normed.data_ptr<T>(),
                       out.statistics.data_ptr<T>(),
                       x.size(1),
                       static_cast<T>(norm.eps),
                       mask.p > 0,
                       ElementDropout<T>(mask)};
    with_form(norm, [&](auto form) {
      constexpr Form kForm = form();
      for_each_row_block(x.size(0), [&](std::int64_t, std::int64_t begin, std::int64_t end) {
        run_loops<forward_kernel<T, kForm>>(f, begin, end);
      });
    });
  });
  return out;
}

NormGradient add_layer_norm_backward(const at::Tensor& grad_sum, const at::Tensor& grad_normed,
                                     const NormOutput& output, bool has_branch, const DropoutMask& mask,
                                     const NormWeights& norm, std::span<const std::int64_t> examples) {
  const bool drops = has_branch && mask.p > 0;
  const profile::Timer timer(backward_op, 0, bytes_of(grad_normed, 3 + (grad_sum.defined() ? 1 : 0) + (drops ? 1 : 0)));
  const std::int64_t rows = grad_normed.size(0), columns = grad_normed.size(1);
  const RowPieces pieces(rows, examples);
  NormGradient gradient{at::empty_like(grad_normed), {}, {}, {}};
  if (has_branch) gradient.branch = drops ? at::empty_like(grad_normed) : gradient.x;
  const std::int64_t weights = ((norm.weight.defined() ? 1 : 0) + (norm.bias.defined() ? 1 : 0)) * columns;
  // Gradients of γ and β by piece, then their sums.
  const at::Tensor partial = at::zeros({pieces.count() + 1, weights}, grad_normed.options());
  AT_DISPATCH_FLOATING_TYPES(grad_normed.scalar_type(), "add_layer_norm_backward", [&] {
    using T = scalar_t;
    const Backward<T> b{pointer<T>(grad_sum),
                        pointer<T>(grad_normed),
                        pointer<T>(output.sum),
                        pointer<T>(norm.weight),
                        pointer<T>(output.statistics),
                        gradient.x.data_ptr<T>(),
                        drops ? gradient.branch.data_ptr<T>() : nullptr,
                        columns,
                        ElementDropout<T>(mask)};
    auto* sums = partial.data_ptr<T>();
    with_form(norm, [&](auto form) {
      constexpr Form kForm = form();
      for_each_row_block(rows, [&](std::int64_t block, std::int64_t, std::int64_t) {
        pieces.in_block(block, [&](std::int64_t piece, std::int64_t begin, std::int64_t end) {
          T* own = sums + piece * weights;
          run_loops<backward_kernel<T, kForm>>(b, begin, end, own, own + columns);
        });
      });
    });
    T* const total = sums + pieces.count() * weights;
    if (examples.empty()) return add_rows(sums, pieces.count(), weights, total);
    pieces.by_example([&](std::int64_t first, std::int64_t count) {
      T* const own = sums + first * weights;
      add_rows(own + weights, count - 1, weights, own);
      if (norm.weight.defined()) gradient.weight_squares += add_with_squares(total, own, columns);
      if (norm.bias.defined()) gradient.bias_squares += add_with_squares(total + columns, own + columns, columns);
    });
  });
  const at::Tensor sums = partial.select(0, pieces.count());
  if (norm.weight.defined()) gradient.weight = sums.narrow(0, 0, columns);
  if (norm.bias.defined()) gradient.bias = sums.narrow(0, columns, columns);
  return gradient;
}

}  // namespace prenorm::ops::cpu
