#include "prenorm/ops/attention.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "prenorm/machine/profile.h"
#include "prenorm/ops/check.h"
#include "prenorm/ops/check_attention.h"
#include "prenorm/ops/cpu/attention.h"
#include "prenorm/ops/cpu/picked_attention.h"
#include "prenorm/ops/function.h"
#include "prenorm/ops/kernels.h"

namespace prenorm::ops {
namespace {

using cpu::AttentionSpan;
using cpu::Rows;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

profile::Operator forward_op{"attention, forward"}, backward_op{"attention, backward"};

template <class T>
Rows<T> rows(const at::Tensor& x, std::int64_t first_column = 0) {
  return {x.data_ptr<std::remove_const_t<T>>() + first_column, x.stride(0)};
}

// Rows of contiguous elements, as the kernels require; copied only if necessary.
at::Tensor with_rows(const at::Tensor& x) {
  const bool rows_apart = x.size(0) <= 1 || x.stride(0) >= x.size(1);
  return rows_apart && (x.size(1) <= 1 || x.stride(1) == 1) ? x : x.contiguous();
}

AttentionOptions with_rows(AttentionOptions o) {
  for (at::Tensor& bias : o.bias) bias = with_rows(bias);
  return o;
}

// Queries, keys and values as columns of two matrices, or of one in self-attention.
struct Columns {
  at::Tensor query, key_value;
  std::int64_t key_column, value_column, d_model;
};

// key_value: undefined in self-attention.
Columns columns(const at::Tensor& query, const at::Tensor& key_value) {
  if (key_value.defined()) return {query, key_value, 0, query.size(1), query.size(1)};
  const std::int64_t d = query.size(1) / 3;
  return {query, query, d, 2 * d, d};
}

template <class T>
cpu::AttentionInput<T> input(const Columns& c) {
  return {rows<const T>(c.query), rows<const T>(c.key_value, c.key_column), rows<const T>(c.key_value, c.value_column)};
}

// The start of each sequence of queries and keys.
struct Offsets {
  at::Tensor query, key;
  std::int64_t sequences() const { return query.numel() - 1; }
};

AttentionSpan span_of(const Offsets& offsets, std::int64_t sequence, std::int64_t head, std::int64_t d_head,
                      const AttentionOptions& o) {
  const auto* query = offsets.query.data_ptr<std::int64_t>() + sequence;
  const auto* key = offsets.key.data_ptr<std::int64_t>() + sequence;
  return {query[0], query[1],    key[0],   key[1],    head * d_head, d_head,
          head,     o.num_heads, o.causal, o.dropout, o.dropout_key, o.first_row};
}

// The smallest number of `tasks` worth giving to a thread: about 10 microseconds of work.
std::int64_t grain(double flops, std::int64_t tasks) {
  constexpr double kLeastFlops = 1e6;
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(kLeastFlops * static_cast<double>(tasks) / (flops + 1)), 1,
                                  std::max<std::int64_t>(tasks, 1));
}
// FLOPs of scores and weighted sum, counting only pairs that may attend to each other.
double attention_flops(const Offsets& offsets, std::int64_t d_model, bool causal) {
  const auto* query = offsets.query.data_ptr<std::int64_t>();
  const auto* key = offsets.key.data_ptr<std::int64_t>();
  double pairs = 0;
  for (std::int64_t i = 0; i < offsets.sequences(); ++i)
    pairs += static_cast<double>((query[i + 1] - query[i]) * (key[i + 1] - key[i] + (causal ? 1 : 0)));
  return (causal ? 2 : 4) * pairs * static_cast<double>(d_model);
}

// The blocks of queries of all sequences: (sequence, block in it).
std::vector<std::pair<std::int64_t, std::int64_t>> query_blocks(const Offsets& offsets) {
  const auto* query = offsets.query.data_ptr<std::int64_t>();
  std::vector<std::pair<std::int64_t, std::int64_t>> blocks;
  blocks.reserve(static_cast<std::size_t>(std::max<std::int64_t>(offsets.sequences(), 0)));
  for (std::int64_t i = 0; i < offsets.sequences(); ++i)
    for (std::int64_t block = 0; block * cpu::kAttentionBlock < query[i + 1] - query[i]; ++block)
      blocks.emplace_back(i, block);
  return blocks;
}

// The same input with the bias of one sequence.
template <class T>
cpu::AttentionInput<T> with_bias(cpu::AttentionInput<T> in, const AttentionOptions& o, std::int64_t sequence) {
  if (!o.bias.empty()) in.bias = rows<const T>(o.bias[static_cast<std::size_t>(sequence)]);
  return in;
}

struct Result {
  at::Tensor out, log_sum_exp;
};

// Heads and blocks of queries are independent of each other, so threads share them.
Result forward(const Columns& c, const Offsets& offsets, const AttentionOptions& o) {
  Result r{at::empty({c.query.size(0), c.d_model}, c.query.options()),
           at::empty({c.query.size(0), o.num_heads}, c.query.options())};
  const auto blocks = query_blocks(offsets);
  const std::int64_t tasks = static_cast<std::int64_t>(blocks.size()) * o.num_heads;
  const double flops = attention_flops(offsets, c.d_model, o.causal);
  const profile::Timer timer(forward_op, flops);
  AT_DISPATCH_FLOATING_TYPES(c.query.scalar_type(), "attention", [&] {
    const auto in = input<scalar_t>(c);
    const auto out = rows<scalar_t>(r.out);
    auto* log_sum_exp = r.log_sum_exp.data_ptr<scalar_t>();
    at::parallel_for(0, tasks, grain(flops, tasks), [&](auto begin, auto end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const auto [sequence, block] = blocks[static_cast<std::size_t>(i / o.num_heads)];
        cpu::attention_forward<scalar_t>(span_of(offsets, sequence, i % o.num_heads, c.d_model / o.num_heads, o), block,
                                         with_bias(in, o, sequence), out, log_sum_exp);
      }
    });
  });
  return r;
}

// Heads and sequences are independent; blocks of one head add to the same gradients. grad: gradients of the columns, in
// the shape of `c`, overwritten.
void backward(const Columns& c, const Columns& grad, const Result& r, const at::Tensor& grad_out,
              const Offsets& offsets, const AttentionOptions& o) {
  const at::Tensor grad_rows = with_rows(grad_out);
  const std::int64_t tasks = offsets.sequences() * o.num_heads;
  const double flops = 2 * attention_flops(offsets, c.d_model, o.causal);
  const profile::Timer timer(backward_op, flops);
  AT_DISPATCH_FLOATING_TYPES(c.query.scalar_type(), "attention_backward", [&] {
    const auto in = input<scalar_t>(c);
    const cpu::AttentionGradient<scalar_t> g{rows<const scalar_t>(r.out),
                                             rows<const scalar_t>(grad_rows),
                                             r.log_sum_exp.data_ptr<scalar_t>(),
                                             rows<scalar_t>(grad.query),
                                             rows<scalar_t>(grad.key_value, grad.key_column),
                                             rows<scalar_t>(grad.key_value, grad.value_column)};
    at::parallel_for(0, tasks, grain(flops, tasks), [&](auto begin, auto end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t sequence = i / o.num_heads;
        cpu::attention_backward<scalar_t>(span_of(offsets, sequence, i % o.num_heads, c.d_model / o.num_heads, o),
                                          with_bias(in, o, sequence), g);
      }
    });
  });
}

void save_options(AutogradContext* context, const AttentionOptions& o) {
  auto& d = context->saved_data;
  d["num_heads"] = o.num_heads;
  d["causal"] = o.causal;
  d["dropout"] = o.dropout;
  d["key"] = static_cast<std::int64_t>(o.dropout_key);
  d["first_row"] = o.first_row;
  if (!o.bias.empty()) d["bias"] = o.bias;
}
AttentionOptions saved_options(AutogradContext* context) {
  auto& d = context->saved_data;
  return {d["num_heads"].toInt(),  d["causal"].toBool(),
          d["dropout"].toDouble(), static_cast<std::uint64_t>(d["key"].toInt()),
          d["first_row"].toInt(),  d.count("bias") > 0 ? d["bias"].toTensorVector() : std::vector<at::Tensor>()};
}

// key_value: undefined in self-attention, where `query` holds all three.
struct Attention : Function<Attention> {
  static constexpr const char* kName = "attention";
  static at::Tensor forward(AutogradContext* context, const at::Tensor& query, const at::Tensor& query_offsets,
                            const c10::optional<at::Tensor>& optional_key_value, const at::Tensor& key_offsets,
                            const AttentionOptions& options) {
    const at::Tensor key_value = optional_key_value.value_or(at::Tensor());
    const Result r = ops::forward(columns(query, key_value), {query_offsets, key_offsets}, options);
    context->save_for_backward({query, query_offsets, key_value, key_offsets, r.out, r.log_sum_exp});
    save_options(context, options);
    return r.out;
  }
  static variable_list gradient(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor grad_query = empty_of_shape(saved[0]), grad_key_value = empty_of_shape(saved[2]);
    ops::backward(columns(saved[0], saved[2]), columns(grad_query, grad_key_value), {saved[4], saved[5]}, gradients[0],
                  {saved[1], saved[3]}, saved_options(context));
    return {grad_query, {}, grad_key_value, {}, {}};
  }

 private:
  static at::Tensor empty_of_shape(const at::Tensor& x) {
    return x.defined() ? at::empty(x.sizes(), x.options()) : at::Tensor();
  }
};

}  // namespace

at::Tensor self_attention(const at::Tensor& qkv, const at::Tensor& offsets, const AttentionOptions& options) {
  if (!use_kernels(qkv)) return self_attention_composite(qkv, offsets, options);
  check_self_attention(qkv, offsets, options);
  return Attention::apply(with_rows(qkv), offsets, c10::optional<at::Tensor>(), offsets, with_rows(options));
}

at::Tensor cross_attention(const at::Tensor& query, const at::Tensor& query_offsets, const at::Tensor& key_value,
                           const at::Tensor& key_offsets, const AttentionOptions& options) {
  if (!use_kernels(query)) return cross_attention_composite(query, query_offsets, key_value, key_offsets, options);
  check_cross_attention(query, query_offsets, key_value, key_offsets, options);
  return Attention::apply(with_rows(query), query_offsets, c10::optional<at::Tensor>(with_rows(key_value)), key_offsets,
                          with_rows(options));
}

at::Tensor picked_attention(const at::Tensor& query, const at::Tensor& key_value, const at::Tensor& picks,
                            const at::Tensor& pick_offsets, std::int64_t num_heads, const at::Tensor& bias) {
  const Check check("picked_attention", query);
  check.matrix(query, Check::kAny, Check::kAny, "query");
  if (!query.is_cpu()) throw UsageError("picked_attention: there is a kernel for the CPU only; move the tensors there");
  check.matrix(key_value, Check::kAny, 2 * query.size(1), "key_value");
  check.heads(query.size(1), num_heads);
  check.offsets(pick_offsets, picks.numel(), "pick_offsets");
  check.equal(pick_offsets.numel() - 1, query.size(0), "sequences of picks and rows of query");
  check.row_numbers(picks, key_value.size(0), "pick");
  if (bias.defined()) check.vector(bias, picks.numel(), "bias");
  const at::Tensor biases = bias.defined() ? bias.contiguous() : bias;
  const Columns c = columns(with_rows(query), with_rows(key_value));
  at::Tensor out = at::empty(c.query.sizes(), c.query.options());
  const auto *first = pick_offsets.data_ptr<std::int64_t>(), *pick = picks.data_ptr<std::int64_t>();
  const double flops = 4.0 * static_cast<double>(picks.numel() * c.d_model);
  AT_DISPATCH_FLOATING_TYPES(query.scalar_type(), "picked_attention", [&] {
    const auto in = input<scalar_t>(c);
    const auto result = rows<scalar_t>(out);
    const auto* added = biases.defined() ? biases.data_ptr<scalar_t>() : nullptr;
    at::parallel_for(0, c.query.size(0), grain(flops, c.query.size(0)), [&](auto begin, auto end) {
      for (std::int64_t row = begin; row < end; ++row)
        cpu::attention_picked<scalar_t>(in.query[row], in.key, in.value, pick + first[row],
                                        added == nullptr ? nullptr : added + first[row], first[row + 1] - first[row],
                                        num_heads, c.d_model / num_heads, result[row]);
    });
  });
  return out;
}

}  // namespace prenorm::ops
