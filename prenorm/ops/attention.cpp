#include "prenorm/ops/attention.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <vector>

#include "prenorm/ops/cpu/attention.h"

namespace prenorm::ops {
namespace {

using cpu::AttentionSpan;
using cpu::Rows;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

template <class T>
Rows<T> rows(const at::Tensor& x, std::int64_t first_column = 0) {
  return {x.data_ptr<std::remove_const_t<T>>() + first_column, x.stride(0)};
}

// Queries, keys and values as columns of two matrices (the same one in self-attention).
struct Columns {
  at::Tensor query, key_value;
  std::int64_t key_column, value_column, d_model;
};

Columns self_columns(const at::Tensor& qkv) {
  const std::int64_t d = qkv.size(1) / 3;
  return {qkv, qkv, d, 2 * d, d};
}
Columns cross_columns(const at::Tensor& query, const at::Tensor& key_value) {
  return {query, key_value, 0, query.size(1), query.size(1)};
}

template <class T>
cpu::AttentionInput<T> input(const Columns& c) {
  return {rows<const T>(c.query), rows<const T>(c.key_value, c.key_column), rows<const T>(c.key_value, c.value_column)};
}

// Calls work(span, longest key count) for each (sequence, head), several at once: they touch disjoint rows and columns.
template <class Work>
void for_each_span(const at::Tensor& query_offsets, const at::Tensor& key_offsets, std::int64_t d_model,
                   const AttentionOptions& o, const Work& work) {
  const auto* queries = query_offsets.data_ptr<std::int64_t>();
  const auto* keys = key_offsets.data_ptr<std::int64_t>();
  const std::int64_t spans = (query_offsets.numel() - 1) * o.num_heads;
  at::parallel_for(0, spans, 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t sequence = i / o.num_heads, head = i % o.num_heads, d_head = d_model / o.num_heads;
      work(AttentionSpan{queries[sequence], queries[sequence + 1], keys[sequence], keys[sequence + 1], head * d_head,
                         d_head, head, o.num_heads, o.causal, o.dropout, o.dropout_key});
    }
  });
}

std::int64_t longest(const at::Tensor& offsets) {
  const auto* o = offsets.data_ptr<std::int64_t>();
  std::int64_t result = 0;
  for (std::int64_t i = 1; i < offsets.numel(); ++i) result = std::max(result, o[i] - o[i - 1]);
  return result;
}

struct Result {
  at::Tensor out, log_sum_exp;
};

Result forward(const Columns& c, const at::Tensor& query_offsets, const at::Tensor& key_offsets,
               const AttentionOptions& o) {
  Result r{at::empty({c.query.size(0), c.d_model}, c.query.options()),
           at::empty({c.query.size(0), o.num_heads}, c.query.options())};
  const auto scratch_size = static_cast<std::size_t>(longest(key_offsets));
  AT_DISPATCH_FLOATING_TYPES(c.query.scalar_type(), "attention", [&] {
    const auto in = input<scalar_t>(c);
    const auto out = rows<scalar_t>(r.out);
    auto* log_sum_exp = r.log_sum_exp.data_ptr<scalar_t>();
    for_each_span(query_offsets, key_offsets, c.d_model, o, [&](const AttentionSpan& span) {
      static thread_local std::vector<scalar_t> scratch;
      if (scratch.size() < scratch_size) scratch.resize(scratch_size);
      cpu::attention_forward<scalar_t>(span, in, out, log_sum_exp, scratch.data());
    });
  });
  return r;
}

// grad: where the gradients of the columns are added to, in the shape of `c`.
void backward(const Columns& c, const Columns& grad, const Result& r, const at::Tensor& grad_out,
              const at::Tensor& query_offsets, const at::Tensor& key_offsets, const AttentionOptions& o) {
  const at::Tensor contiguous = grad_out.contiguous();
  AT_DISPATCH_FLOATING_TYPES(c.query.scalar_type(), "attention_backward", [&] {
    const auto in = input<scalar_t>(c);
    const cpu::AttentionGradient<scalar_t> g{rows<const scalar_t>(r.out),
                                             rows<const scalar_t>(contiguous),
                                             r.log_sum_exp.data_ptr<scalar_t>(),
                                             rows<scalar_t>(grad.query),
                                             rows<scalar_t>(grad.key_value, grad.key_column),
                                             rows<scalar_t>(grad.key_value, grad.value_column)};
    for_each_span(query_offsets, key_offsets, c.d_model, o,
                  [&](const AttentionSpan& span) { cpu::attention_backward<scalar_t>(span, in, g); });
  });
}

void save_options(AutogradContext* context, const AttentionOptions& o) {
  context->saved_data["num_heads"] = o.num_heads;
  context->saved_data["causal"] = o.causal;
  context->saved_data["dropout"] = o.dropout;
  context->saved_data["key"] = static_cast<std::int64_t>(o.dropout_key);
}
AttentionOptions saved_options(AutogradContext* context) {
  auto& d = context->saved_data;
  return {d["num_heads"].toInt(), d["causal"].toBool(), d["dropout"].toDouble(),
          static_cast<std::uint64_t>(d["key"].toInt())};
}

struct SelfAttention : torch::autograd::Function<SelfAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& qkv, const at::Tensor& offsets,
                            const AttentionOptions& options) {
    const Result r = ops::forward(self_columns(qkv), offsets, offsets, options);
    context->save_for_backward({qkv, offsets, r.out, r.log_sum_exp});
    save_options(context, options);
    return r.out;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor grad = at::zeros_like(saved[0]);
    ops::backward(self_columns(saved[0]), self_columns(grad), {saved[2], saved[3]}, gradients[0], saved[1], saved[1],
                  saved_options(context));
    return {grad, {}, {}};
  }
};

struct CrossAttention : torch::autograd::Function<CrossAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& query, const at::Tensor& query_offsets,
                            const at::Tensor& key_value, const at::Tensor& key_offsets,
                            const AttentionOptions& options) {
    const Result r = ops::forward(cross_columns(query, key_value), query_offsets, key_offsets, options);
    context->save_for_backward({query, query_offsets, key_value, key_offsets, r.out, r.log_sum_exp});
    save_options(context, options);
    return r.out;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor grad_query = at::zeros_like(saved[0]), grad_key_value = at::zeros_like(saved[2]);
    ops::backward(cross_columns(saved[0], saved[2]), cross_columns(grad_query, grad_key_value), {saved[4], saved[5]},
                  gradients[0], saved[1], saved[3], saved_options(context));
    return {grad_query, {}, grad_key_value, {}, {}};
  }
};

}  // namespace

at::Tensor self_attention(const at::Tensor& qkv, const at::Tensor& offsets, const AttentionOptions& options) {
  if (!qkv.is_cpu()) return self_attention_composite(qkv, offsets, options);
  return SelfAttention::apply(qkv.contiguous(), offsets, options);
}

at::Tensor cross_attention(const at::Tensor& query, const at::Tensor& query_offsets, const at::Tensor& key_value,
                           const at::Tensor& key_offsets, const AttentionOptions& options) {
  if (!query.is_cpu()) return cross_attention_composite(query, query_offsets, key_value, key_offsets, options);
  return CrossAttention::apply(query.contiguous(), query_offsets, key_value.contiguous(), key_offsets, options);
}

at::Tensor picked_attention(const at::Tensor& query, const at::Tensor& key_value, const at::Tensor& picks,
                            const at::Tensor& pick_offsets, std::int64_t num_heads) {
  const Columns c = cross_columns(query.contiguous(), key_value);
  const at::Tensor out = at::empty(c.query.sizes(), c.query.options());
  const std::int64_t d_head = c.d_model / num_heads;
  const auto scratch_size = static_cast<std::size_t>(longest(pick_offsets));
  const auto *first = pick_offsets.data_ptr<std::int64_t>(), *pick = picks.data_ptr<std::int64_t>();
  AT_DISPATCH_FLOATING_TYPES(query.scalar_type(), "picked_attention", [&] {
    const auto in = input<scalar_t>(c);
    const auto result = rows<scalar_t>(out);
    at::parallel_for(0, c.query.size(0) * num_heads, 8, [&](std::int64_t begin, std::int64_t end) {
      static thread_local std::vector<scalar_t> scratch;
      if (scratch.size() < scratch_size) scratch.resize(scratch_size);
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t row = i / num_heads, column = i % num_heads * d_head;
        cpu::attention_picked<scalar_t>(in.query[row] + column, {in.key.data + column, in.key.stride},
                                        {in.value.data + column, in.value.stride}, pick + first[row],
                                        first[row + 1] - first[row], d_head, result[row] + column, scratch.data());
      }
    });
  });
  return out;
}

}  // namespace prenorm::ops
