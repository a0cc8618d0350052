#include <algorithm>

#include "prenorm/ops/cpu/attention.h"
#include "prenorm/ops/cpu/attention_block.h"
#include "prenorm/ops/cpu/scratch.h"
#include "prenorm/ops/cpu/simd.h"
#include "prenorm/ops/cpu/small_product.h"

namespace prenorm::ops::cpu {
namespace {

// With p the probabilities, m the dropout factors and D_i = Σ_j dp_ij p_ij = dO_i · O_i (Dao et al. 2022, eq. 4):
// scores become p m (which dV needs), gradients of probabilities become those of scores, p (m dp - D).
struct GradientRows {
  template <int kBytes, class T>
  static PRENORM_INLINE void run(const AttentionSpan* s, const Block* b, Rows<const T> bias, T* scores, T* grads,
                                 std::int64_t stride, const T* log_sum_exp, const T* corrections) {
    for (std::int64_t row = 0; row < b->rows; ++row) {
      add_score_bias(*s, *b, row, bias, scores + row * stride);
      run_row<Simd<T, kBytes>>(*s, *b, row, scores + row * stride, grads + row * stride,
                               log_sum_exp[(b->query + row) * s->num_heads], corrections[b->query + row]);
    }
  }

 private:
  template <class S, class T>
  static PRENORM_INLINE void run_row(const AttentionSpan& s, const Block& b, std::int64_t row, T* scores, T* grads,
                                     T log_sum_exp, T correction) {
    using V = typename S::Vector;
    const std::int64_t n = b.visible(s, row), width = padded<T>(b.columns);
    alignas(kWidestVector) T factors[kKeyBlock];
    if (s.dropout > 0) draw_dropout(factors, b.key, width, s, s.query_begin + b.query + row);
    std::int64_t j = 0;
    for (; j < n; j += S::kLanes) {
      V probability, grad;
      load(probability, scores + j);
      load(grad, grads + j);
      probability -= log_sum_exp;
      exponential<S, T>(probability);
      if (s.dropout > 0) {
        V factor;
        load(factor, factors + j);
        grad = probability * (grad * factor - correction);
        probability *= factor;
      } else {
        grad = probability * (grad - correction);
      }
      if (n - j < S::kLanes) {
        fill_from<S>(probability, n - j, V{});
        fill_from<S>(grad, n - j, V{});
      }
      store(scores + j, probability);
      store(grads + j, grad);
    }
    for (; j < width; j += S::kLanes) {
      store(scores + j, V{});
      store(grads + j, V{});
    }
  }
};

struct RowDots {
  template <int kBytes, class T>
  static PRENORM_INLINE void run(T* dots, Rows<const T> a, Rows<const T> b, std::int64_t rows, std::int64_t columns) {
    using S = Simd<T, kBytes>;
    for (std::int64_t row = 0; row < rows; ++row) {
      const T *x = a[row], *y = b[row];
      typename S::Vector sum = {};
      std::int64_t c = 0;
      for (; c + S::kLanes <= columns; c += S::kLanes) {
        typename S::Vector u, v;
        load(u, x + c);
        load(v, y + c);
        __builtin_prefetch(x + c + columns);
        __builtin_prefetch(y + c + columns);
        sum += u * v;
      }
      sum_lanes<S::kLanes / 2>(sum, typename S::Lanes());
      T result = sum[0];
      for (; c < columns; ++c) result += x[c] * y[c];
      dots[row] = result;
    }
  }
};

// Rows of a gradient matrix that products are written to: in place if they are whole vectors, else through scratch
// memory with rows that are.
template <class T>
struct Target {
  Target(Rows<T> rows_of, std::int64_t column, std::int64_t first, std::int64_t row_count, const AttentionSpan& s,
         T* scratch)
      : place(rows_of[first] + column), place_stride(rows_of.stride), rows(row_count), columns(s.d_head) {
    const bool in_place = columns == padded<T>(columns);
    data = in_place ? place : scratch;
    stride = in_place ? place_stride : padded<T>(columns);
  }
  // Prefetches what will be written while there is still other work to do.
  void prefetch() const {
    constexpr std::int64_t kLine = kWidestVector / sizeof(T);
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; j += kLine) __builtin_prefetch(place + i * place_stride + j, 1);
  }
  void fetch() const {
    if (data != place) copy_scaled(data, stride, place, place_stride, rows, columns, T(1));
  }
  void finish() const {
    if (data != place) copy_scaled(place, place_stride, data, stride, rows, columns, T(1));
  }
  void clear() const {
    for (std::int64_t i = 0; i < rows; ++i) std::fill_n(place + i * place_stride, columns, T(0));
  }
  T* place;
  std::int64_t place_stride, rows, columns;
  T* data;
  std::int64_t stride;
};

template <class T>
class Backward {
 public:
  Backward(const AttentionSpan& span, const AttentionInput<T>& in, const AttentionGradient<T>& gradient)
      : s_(span),
        in_(in),
        g_(gradient),
        keys_(span.key_end - span.key_begin),
        queries_(span.query_end - span.query_begin),
        width_(padded<T>(span.d_head)),
        stride_(padded<T>(std::min(keys_, kKeyBlock))),
        rows_(std::min(queries_, kAttentionBlock)),
        columns_(std::min(keys_, kKeyBlock)),
        scratch_(padded<T>(queries_) + rows_ * (3 * width_ + 2 * stride_) + columns_ * 3 * width_ +
                 2 * s_.d_head * stride_) {
    corrections_ = scratch_.take(queries_);
    query_ = scratch_.take(rows_ * width_);
    grad_out_ = scratch_.take(rows_ * width_);
    grad_query_ = scratch_.take(rows_ * width_);
    scores_ = scratch_.take(rows_ * stride_);
    grad_scores_ = scratch_.take(rows_ * stride_);
    key_ = scratch_.take(columns_ * width_);
    grad_key_ = scratch_.take(columns_ * width_);
    grad_value_ = scratch_.take(columns_ * width_);
    key_columns_ = scratch_.take(s_.d_head * stride_);
    value_columns_ = scratch_.take(s_.d_head * stride_);
  }

  void run() {
    if (keys_ == 0 || queries_ == 0) {
      Target<T>(g_.grad_query, s_.column, s_.query_begin, queries_, s_, nullptr).clear();
      Target<T>(g_.grad_key, s_.column, s_.key_begin, keys_, s_, nullptr).clear();
      Target<T>(g_.grad_value, s_.column, s_.key_begin, keys_, s_, nullptr).clear();
      return;
    }
    run_vectors<RowDots>(corrections_, Rows<const T>{g_.out[s_.query_begin] + s_.column, g_.out.stride},
                         Rows<const T>{g_.grad_out[s_.query_begin] + s_.column, g_.grad_out.stride}, queries_,
                         s_.d_head);
    for (std::int64_t begin = 0; begin < keys_; begin += kKeyBlock) run_keys(begin, std::min(kKeyBlock, keys_ - begin));
  }

 private:
  void run_keys(std::int64_t begin, std::int64_t columns) {
    const std::int64_t row = s_.key_begin + begin, d = s_.d_head;
    const T *const key = in_.key[row] + s_.column, *const value = in_.value[row] + s_.column;
    transpose(key_columns_, stride_, key, in_.key.stride, columns, d);
    transpose(value_columns_, stride_, value, in_.value.stride, columns, d);
    copy_scaled(key_, width_, key, in_.key.stride, columns, d, score_scale<T>(s_));
    const Target<T> grad_key(g_.grad_key, s_.column, row, columns, s_, grad_key_);
    const Target<T> grad_value(g_.grad_value, s_.column, row, columns, s_, grad_value_);
    grad_key.prefetch();
    grad_value.prefetch();
    static_assert(kKeyBlock == kAttentionBlock);  // the first block of queries that sees these keys has the same index
    const std::int64_t first = s_.causal ? begin : 0;
    for (std::int64_t query = first; query < queries_; query += kAttentionBlock)
      run_block({query, std::min(kAttentionBlock, queries_ - query), begin, columns}, query > first, grad_key,
                grad_value);
    if (first < queries_) {
      grad_key.finish();
      grad_value.finish();
    } else {
      grad_key.clear();
      grad_value.clear();
    }
  }

  void run_block(const Block& b, bool accumulate, const Target<T>& grad_key, const Target<T>& grad_value) {
    const std::int64_t d = s_.d_head, row = s_.query_begin + b.query, columns = padded<T>(b.columns);
    const bool cut = b.cut(s_);
    const Part lower_result = cut ? Part::kLowerResult : Part::kAll, lower = cut ? Part::kLowerLeft : Part::kAll;
    const Part upper = cut ? Part::kUpperLeft : Part::kAll;
    copy_scaled(query_, width_, in_.query[row] + s_.column, in_.query.stride, b.rows, d, score_scale<T>(s_));
    copy_scaled(grad_out_, width_, g_.grad_out[row] + s_.column, g_.grad_out.stride, b.rows, d, T(1));
    multiply<T>({scores_, stride_, query_, width_, 1, key_columns_, stride_, b.rows, columns, d, false, lower_result,
                 b.diagonal()});
    multiply<T>({grad_scores_, stride_, grad_out_, width_, 1, value_columns_, stride_, b.rows, columns, d, false,
                 lower_result, b.diagonal()});
    run_vectors<GradientRows>(&s_, &b, in_.bias, scores_, grad_scores_, stride_,
                              g_.log_sum_exp + s_.query_begin * s_.num_heads + s_.head,
                              static_cast<const T*>(corrections_));
    multiply<T>({grad_value.data, grad_value.stride, scores_, 1, stride_, grad_out_, width_, b.columns, width_, b.rows,
                 accumulate, upper, b.diagonal()});
    multiply<T>({grad_key.data, grad_key.stride, grad_scores_, 1, stride_, query_, width_, b.columns, width_, b.rows,
                 accumulate, upper, b.diagonal()});
    const Target<T> grad_query(g_.grad_query, s_.column, row, b.rows, s_, grad_query_);
    if (b.key > 0) grad_query.fetch();
    multiply<T>({grad_query.data, grad_query.stride, grad_scores_, stride_, 1, key_, width_, b.rows, width_, b.columns,
                 b.key > 0, lower, b.diagonal()});
    grad_query.finish();
  }

  const AttentionSpan& s_;
  const AttentionInput<T>& in_;
  const AttentionGradient<T>& g_;
  const std::int64_t keys_, queries_, width_, stride_;  // width_, stride_: for rows of d_head columns and rows of
                                                        // scores
  const std::int64_t rows_, columns_;                   // of the largest block
  Scratch<T> scratch_;
  T* corrections_;  // D
  T *query_, *grad_out_, *grad_query_, *scores_, *grad_scores_;
  T *key_, *grad_key_, *grad_value_;
  T *key_columns_, *value_columns_;  // transposed
};

}  // namespace

template <class T>
void attention_backward(const AttentionSpan& span, const AttentionInput<T>& in, const AttentionGradient<T>& gradient) {
  Backward<T>(span, in, gradient).run();
}

template void attention_backward<float>(const AttentionSpan&, const AttentionInput<float>&,
                                        const AttentionGradient<float>&);
template void attention_backward<double>(const AttentionSpan&, const AttentionInput<double>&,
                                         const AttentionGradient<double>&);

}  // namespace prenorm::ops::cpu
