// Attention: the kernels against ATen's operators, PyTorch's recorded values and finite differences.
#include "prenorm/ops/attention.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "finite_differences.h"
#include "golden_file.h"
#include "prenorm/base/error.h"
#include "random_tensor.h"
#include "test_seed.h"

namespace prenorm::ops {
namespace {

using prenorm::testing::finite_differences;
using prenorm::testing::golden;
using prenorm::testing::integer_tensor;
using prenorm::testing::offsets_of;
using prenorm::testing::random_tensor;
using prenorm::testing::relative_difference;

using Lengths = std::vector<std::int64_t>;

struct Shape {
  std::string name;
  Lengths queries, keys;  // no keys: self-attention
  std::int64_t num_heads, d_head;
};
std::vector<Shape> shapes() {
  return {{"one token", {1}, {}, 1, 1},
          {"lengths of one", {1, 1, 1}, {}, 2, 4},
          {"empty sequences", {0, 5, 0, 3, 0}, {}, 2, 8},
          {"only empty sequences", {0, 0}, {}, 2, 8},
          {"no sequences", {}, {}, 2, 8},
          {"odd head size", {4, 9, 1}, {}, 3, 7},
          {"many heads", {6, 2}, {}, 16, 3},
          {"long", {130, 3, 64}, {}, 2, 33},
          {"cross", {3, 1, 8}, {1, 6, 5}, 4, 8},
          {"cross, odd head size", {2, 7}, {9, 1}, 1, 13},
          {"cross, empty pairs", {0, 4, 0}, {0, 3, 5}, 2, 5},
          {"cross, no queries", {0}, {4}, 2, 4},
          {"cross, long", {40, 21}, {77, 130}, 2, 16},
          {"around vectors", {15, 16, 17, 31, 32, 33}, {}, 2, 64},
          {"around blocks", {63, 64, 65, 127, 128, 129}, {}, 1, 16},
          {"several blocks", {300, 257}, {}, 1, 80},
          {"several blocks, odd head size", {261}, {}, 1, 1},
          {"wide heads", {8, 60, 129}, {}, 1, 128},
          {"cross, around blocks", {16, 129, 1, 300}, {129, 15, 257, 128}, 1, 32},
          {"cross, odd everything", {131, 5}, {259, 67}, 1, 3}};
}

struct Outcome {
  at::Tensor out, grad_query, grad_key_value;  // self-attention: grad_query of qkv
};

template <class Self, class Cross>
Outcome run(const Shape& s, at::ScalarType dtype, const AttentionOptions& o, const Self& self, const Cross& cross) {
  const std::vector<std::int64_t> query_offsets = offsets_of(s.queries), key_offsets = offsets_of(s.keys);
  const std::int64_t d = s.num_heads * s.d_head, parts = s.keys.empty() ? 3 : 1;
  const at::Tensor query = (2 * random_tensor({query_offsets.back(), parts * d}, 1)).to(dtype).requires_grad_(true);
  const at::Tensor key_value = (2 * random_tensor({key_offsets.back(), 2 * d}, 2)).to(dtype).requires_grad_(true);
  const at::Tensor out = s.keys.empty()
                             ? self(query, integer_tensor(query_offsets), o)
                             : cross(query, integer_tensor(query_offsets), key_value, integer_tensor(key_offsets), o);
  out.backward(random_tensor(out.sizes(), 3, dtype));
  return {out, query.grad(), key_value.grad()};
}
Outcome run_kernel(const Shape& s, at::ScalarType dtype, const AttentionOptions& o) {
  return run(s, dtype, o, self_attention, cross_attention);
}
Outcome run_composite(const Shape& s, at::ScalarType dtype, const AttentionOptions& o) {
  return run(s, dtype, o, self_attention_composite, cross_attention_composite);
}

class AttentionOfType : public ::testing::TestWithParam<at::ScalarType> {
 protected:
  double tolerance() const { return GetParam() == at::kDouble ? 1e-13 : 5e-6; }
};
INSTANTIATE_TEST_SUITE_P(Types, AttentionOfType, ::testing::Values(at::kFloat, at::kDouble));

TEST_P(AttentionOfType, KernelEqualsComposite) {
  for (const Shape& s : shapes())
    for (const bool causal : {false, true})
      for (const double dropout : {0.0, 0.4}) {
        if (causal && !s.keys.empty()) continue;
        SCOPED_TRACE(s.name + (causal ? ", causal" : "") + (dropout > 0 ? ", dropout" : ""));
        const AttentionOptions options{s.num_heads, causal, dropout, mix_key({7})};
        const Outcome kernel = run_kernel(s, GetParam(), options), composite = run_composite(s, GetParam(), options);
        EXPECT_EQ(kernel.out.scalar_type(), GetParam());
        EXPECT_LT(relative_difference(kernel.out, composite.out), tolerance());
        EXPECT_LT(relative_difference(kernel.grad_query, composite.grad_query), tolerance());
        if (s.keys.empty()) continue;
        EXPECT_LT(relative_difference(kernel.grad_key_value, composite.grad_key_value), tolerance());
      }
}

TEST_P(AttentionOfType, EqualsPyTorch) {
  const io::TensorFile file = golden("operators");
  const double tolerance = GetParam() == at::kDouble ? 1e-12 : 1e-5;
  for (const std::string name : {"self", "causal", "cross", "causal_long", "cross_long"}) {
    SCOPED_TRACE(name);
    const auto recorded = [&](const std::string& key) { return file.at("attention." + name + "." + key); };
    const auto input = [&](const std::string& key) { return recorded(key).to(GetParam()).requires_grad_(true); };
    const at::Tensor query = input("query"), key = input("key"), value = input("value");
    const at::Tensor query_offsets = recorded("query_offsets"), key_offsets = recorded("key_offsets");
    const AttentionOptions options{recorded("num_heads").item<std::int64_t>(),
                                   recorded("causal").item<std::int64_t>() != 0};
    const at::Tensor out = query_offsets.equal(key_offsets)
                               ? self_attention(at::cat({query, key, value}, 1), query_offsets, options)
                               : cross_attention(query, query_offsets, at::cat({key, value}, 1), key_offsets, options);
    EXPECT_LT(relative_difference(out, recorded("output")), tolerance);
    out.backward(recorded("grad_output").to(GetParam()));
    EXPECT_LT(relative_difference(query.grad(), recorded("grad.query")), tolerance);
    EXPECT_LT(relative_difference(key.grad(), recorded("grad.key")), tolerance);
    EXPECT_LT(relative_difference(value.grad(), recorded("grad.value")), tolerance);
  }
}

TEST(Attention, SelfGradientEqualsFiniteDifferences) {
  const at::Tensor qkv = random_tensor({6, 3 * 2 * 3}, 1).requires_grad_(true), weight = random_tensor({6, 2 * 3}, 2);
  const at::Tensor offsets = integer_tensor(Lengths{0, 1, 6});
  for (const bool causal : {false, true})
    for (const double dropout : {0.0, 0.3}) {
      const AttentionOptions options{2, causal, dropout, 99};
      const auto loss = [&] { return (self_attention(qkv, offsets, options) * weight).sum(); };
      qkv.mutable_grad() = at::Tensor();
      loss().backward();
      const at::Tensor numeric = finite_differences(qkv, [&] { return loss().item<double>(); });
      EXPECT_LT(relative_difference(qkv.grad(), numeric), 1e-8) << causal << dropout;
    }
}

TEST(Attention, CrossGradientEqualsFiniteDifferences) {
  const at::Tensor query = random_tensor({4, 6}, 1).requires_grad_(true), weight = random_tensor({4, 6}, 2);
  const at::Tensor key_value = random_tensor({7, 12}, 3).requires_grad_(true);
  const at::Tensor query_offsets = integer_tensor(Lengths{0, 3, 4}), key_offsets = integer_tensor(Lengths{0, 2, 7});
  const auto loss = [&] {
    return (cross_attention(query, query_offsets, key_value, key_offsets, {2, false, 0.3, 99}) * weight).sum();
  };
  loss().backward();
  const auto value = [&] { return loss().item<double>(); };
  EXPECT_LT(relative_difference(query.grad(), finite_differences(query, value)), 1e-8);
  EXPECT_LT(relative_difference(key_value.grad(), finite_differences(key_value, value)), 1e-8);
}

TEST(Attention, CausalOutputIgnoresTheFuture) {
  const at::Tensor qkv = random_tensor({260, 24}, 1), offsets = integer_tensor(Lengths{0, 260});
  const AttentionOptions options{2, true};
  const at::Tensor whole = self_attention(qkv, offsets, options);
  for (const std::int64_t n : {1, 2, 7, 8, 16, 17, 31, 100, 128, 129, 200, 257, 259}) {
    const at::Tensor start = self_attention(qkv.narrow(0, 0, n), integer_tensor(Lengths{0, n}), options);
    EXPECT_TRUE(start.equal(whole.narrow(0, 0, n))) << n;
  }
}

TEST(Attention, SequencesDoNotSeeEachOther) {
  const at::Tensor qkv = random_tensor({9, 24}, 1);
  const at::Tensor packed = self_attention(qkv, integer_tensor(Lengths{0, 4, 9}), {2});
  const at::Tensor first = self_attention(qkv.narrow(0, 0, 4), integer_tensor(Lengths{0, 4}), {2});
  const at::Tensor second = self_attention(qkv.narrow(0, 4, 5), integer_tensor(Lengths{0, 5}), {2});
  EXPECT_TRUE(packed.equal(at::cat({first, second})));
}

TEST(Attention, PackedEqualsOneAtATime) {
  for (const bool causal : {false, true}) {
    const Lengths lengths{1, 0, 17, 64, 130, 300}, offsets = offsets_of(lengths);
    const at::Tensor qkv = random_tensor({offsets.back(), 24}, 1, at::kFloat).requires_grad_(true);
    const at::Tensor grad = random_tensor({offsets.back(), 8}, 2, at::kFloat);
    const at::Tensor packed = self_attention(qkv, integer_tensor(offsets), {2, causal});
    packed.backward(grad);
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      const at::Tensor alone = qkv.detach().narrow(0, offsets[i], lengths[i]).clone().requires_grad_(true);
      const at::Tensor out = self_attention(alone, integer_tensor(Lengths{0, lengths[i]}), {2, causal});
      out.backward(grad.narrow(0, offsets[i], lengths[i]));
      EXPECT_TRUE(out.equal(packed.narrow(0, offsets[i], lengths[i]))) << lengths[i];
      EXPECT_TRUE(alone.grad().equal(qkv.grad().narrow(0, offsets[i], lengths[i]))) << lengths[i];
    }
  }
}

// Sequences of a batch, worked on apart, draw the masks they would have drawn together.
TEST(Attention, ShareOfABatchDrawsItsMasks) {
  const Lengths lengths{5, 20, 9}, offsets = offsets_of(lengths);
  const at::Tensor qkv = random_tensor({offsets.back(), 24}, 1);
  AttentionOptions options{2, false, 0.5, mix_key({3})};
  const at::Tensor whole = self_attention(qkv, integer_tensor(offsets), options);
  options.first_row = 5;
  const at::Tensor share = qkv.narrow(0, 5, 29), share_offsets = integer_tensor(Lengths{0, 20, 29});
  const at::Tensor kernel = self_attention(share, share_offsets, options);
  EXPECT_TRUE(kernel.equal(whole.narrow(0, 5, 29)));
  EXPECT_LT(relative_difference(self_attention_composite(share, share_offsets, options), kernel), 1e-13);
}

TEST_P(AttentionOfType, ExtremeScoresStayFinite) {
  for (const double size : {1e3, 1e15}) {
    const at::Tensor qkv = (size * random_tensor({6, 24}, 1)).to(GetParam()).requires_grad_(true);
    const at::Tensor out = self_attention(qkv, integer_tensor(Lengths{0, 6}), {2, true});
    out.sum().backward();
    EXPECT_TRUE(std::isfinite(out.sum().item<double>())) << size;
    EXPECT_TRUE(std::isfinite(qkv.grad().sum().item<double>())) << size;
  }
}

// Scores so far apart that most probabilities vanish, and their neighbours in the same vector must not.
TEST(Attention, LargeScoresEqualTheComposite) {
  for (const std::int64_t length : {7, 40, 200}) {
    const at::Tensor kernel = (1e4 * random_tensor({length, 3 * 32}, 1)).requires_grad_(true);
    const at::Tensor composite = kernel.detach().clone().requires_grad_(true);
    const at::Tensor offsets = integer_tensor(Lengths{0, length}), grad = random_tensor({length, 32}, 2);
    const at::Tensor out = self_attention(kernel, offsets, {2, true});
    const at::Tensor expected = self_attention_composite(composite, offsets, {2, true});
    out.backward(grad);
    expected.backward(grad);
    EXPECT_LT(relative_difference(out, expected), 1e-7) << length;
    EXPECT_LT(relative_difference(kernel.grad(), composite.grad()), 1e-7) << length;
  }
}

// A mask that spared a head, a query or a sequence would show in the mean of its rows.
TEST(Attention, DropoutKeepsTheExpectation) {
  constexpr std::int64_t kTokens = 4, kHeads = 2, kDraws = 4000;
  const at::Tensor qkv = random_tensor({kTokens, 3 * 2 * kHeads}, 1), offsets = integer_tensor(Lengths{0, kTokens});
  const at::Tensor expected = self_attention(qkv, offsets, {kHeads});
  at::Tensor sum = at::zeros(expected.sizes(), at::kDouble);
  for (std::uint64_t draw = 0; draw < kDraws; ++draw)
    sum += self_attention(qkv, offsets, {kHeads, false, 0.5, mix_key({test::test_seed(draw)})});
  EXPECT_LT((sum / kDraws - expected).abs().max().item<double>(), 6 * 0.6 / std::sqrt(kDraws));
}

TEST(Attention, ReadsStridedInputsAndGradients) {
  const Lengths lengths{0, 2, 7};
  const at::Tensor strided = random_tensor({24, 7}, 1).t().detach().requires_grad_(true);
  const at::Tensor plain = strided.detach().contiguous().requires_grad_(true);
  const at::Tensor grad = random_tensor({8, 7}, 2).t();
  self_attention(strided, integer_tensor(lengths), {2}).backward(grad);
  self_attention(plain, integer_tensor(lengths), {2}).backward(grad.contiguous());
  EXPECT_TRUE(strided.grad().equal(plain.grad()));
}

// Columns of wider matrices, as they come from one product for all layers.
TEST(Attention, ReadsColumnRangesInPlace) {
  const at::Tensor query_offsets = integer_tensor(Lengths{0, 3, 9}), key_offsets = integer_tensor(Lengths{0, 40, 42});
  const at::Tensor query = random_tensor({9, 40}, 1), key_value = random_tensor({42, 100}, 2);
  const auto run_on = [&](const at::Tensor& q, const at::Tensor& kv) {
    const at::Tensor x = q.detach().requires_grad_(true), y = kv.detach().requires_grad_(true);
    const at::Tensor out = cross_attention(x, query_offsets, y, key_offsets, {2, false, 0.2, 5});
    out.backward(random_tensor({9, 24}, 3).narrow(1, 4, 20));
    return std::vector{out, x.grad(), y.grad()};
  };
  const at::Tensor q = query.narrow(1, 7, 20), kv = key_value.narrow(1, 40, 40);
  const auto in_place = run_on(q, kv), copied = run_on(q.contiguous(), kv.contiguous());
  for (std::size_t i = 0; i < copied.size(); ++i) EXPECT_TRUE(in_place[i].equal(copied[i])) << i;
}

TEST(Attention, DoesNotDependOnTheNumberOfThreads) {
  const int threads = at::get_num_threads();
  const Shape shape{"", {30, 7, 1, 50, 300}, {}, 4, 16};
  const AttentionOptions options{4, true, 0.1, 5};
  at::set_num_threads(1);
  const Outcome one = run_kernel(shape, at::kFloat, options);
  at::set_num_threads(2);
  const Outcome two = run_kernel(shape, at::kFloat, options);
  at::set_num_threads(threads);
  EXPECT_TRUE(one.out.equal(two.out));
  EXPECT_TRUE(one.grad_query.equal(two.grad_query));
}

// What observers are shown: with it, attention is a product with the values.
TEST(Attention, ProbabilitiesAreThoseThatItAppliesToTheValues) {
  const std::int64_t num_heads = 2, d = 8;
  const at::Tensor offsets = integer_tensor(Lengths{0, 4, 4, 9}), qkv = random_tensor({9, 3 * d}, 1);
  for (const bool causal : {false, true}) {
    const AttentionOptions options{num_heads, causal, 0.5, 3};  // dropout leaves them alone
    const std::vector<at::Tensor> p = self_attention_probabilities(qkv, offsets, options);
    ASSERT_EQ(p.size(), 3U);
    EXPECT_EQ(p[0].sizes(), (std::vector<std::int64_t>{num_heads, 4, 4}));
    EXPECT_EQ(p[1].numel(), 0);
    const at::Tensor values =
        qkv.narrow(0, 4, 5).narrow(1, 2 * d, d).view({5, num_heads, d / num_heads}).transpose(0, 1);
    const at::Tensor out = p[2].matmul(values).transpose(0, 1).reshape({5, d});
    EXPECT_LT(relative_difference(out, self_attention(qkv, offsets, {num_heads, causal}).narrow(0, 4, 5)), 1e-12);
  }
}

TEST(Attention, CrossProbabilitiesAreThoseThatItAppliesToTheValues) {
  const at::Tensor query_offsets = integer_tensor(Lengths{0, 3}), key_offsets = integer_tensor(Lengths{0, 5});
  const at::Tensor query = random_tensor({3, 6}, 1), key_value = random_tensor({5, 12}, 2);
  const auto p = cross_attention_probabilities(query, query_offsets, key_value, key_offsets, {1});
  ASSERT_EQ(p.size(), 1U);
  const at::Tensor out = p[0][0].mm(key_value.narrow(1, 6, 6));
  EXPECT_LT(relative_difference(out, cross_attention(query, query_offsets, key_value, key_offsets, {1})), 1e-12);
}

// Decoding's view of attention: rows picked in any order, shared between queries, from a cache that is larger.
TEST_P(AttentionOfType, PickedEqualsCrossOverGatheredRows) {
  for (const std::int64_t d_head : {5, 16, 80, 133}) {
    const std::int64_t num_heads = 3, width = 3 * d_head, rows = 40;
    const at::Tensor key_value = random_tensor({rows, 2 * width}, 1, GetParam());
    const Lengths counts{1, 17, 4, 40, 4, 3}, offsets = offsets_of(counts);
    const at::Tensor query = random_tensor({static_cast<std::int64_t>(counts.size()), width}, 2, GetParam());
    Lengths picks;
    RandomStream random(3);
    for (std::int64_t i = 0; i < offsets.back(); ++i) picks.push_back(static_cast<std::int64_t>(random.below(rows)));
    const at::Tensor picked =
        picked_attention(query, key_value, integer_tensor(picks), integer_tensor(offsets), num_heads);
    const at::Tensor gathered = key_value.index_select(0, integer_tensor(picks));
    const at::Tensor cross = cross_attention(query, integer_tensor(offsets_of(Lengths(counts.size(), 1))), gathered,
                                             integer_tensor(offsets), {num_heads});
    EXPECT_LT(relative_difference(picked, cross), tolerance()) << d_head;
  }
}

// A bias for each sequence, larger than it and with rows that are not next to each other.
std::vector<at::Tensor> biases_for(const Shape& s, at::ScalarType dtype) {
  std::vector<at::Tensor> biases;
  const Lengths& keys = s.keys.empty() ? s.queries : s.keys;
  for (std::size_t i = 0; i < s.queries.size(); ++i)
    biases.push_back((3 * random_tensor({s.queries[i] + 2, keys[i] + 5}, 7 + i, dtype)).narrow(1, 0, keys[i] + 1));
  return biases;
}

TEST_P(AttentionOfType, WithABiasEqualsComposite) {
  for (const Shape& s : shapes())
    for (const bool causal : {false, true}) {
      if (causal && !s.keys.empty()) continue;
      SCOPED_TRACE(s.name + (causal ? ", causal" : ""));
      AttentionOptions options{s.num_heads, causal, 0.3, 5};
      options.bias = biases_for(s, GetParam());
      const Outcome kernel = run_kernel(s, GetParam(), options), composite = run_composite(s, GetParam(), options);
      EXPECT_LT(relative_difference(kernel.out, composite.out), tolerance());
      EXPECT_LT(relative_difference(kernel.grad_query, composite.grad_query), tolerance());
      if (!s.keys.empty()) {
        EXPECT_LT(relative_difference(kernel.grad_key_value, composite.grad_key_value), tolerance());
      }
    }
}

// Without queries, attention is the softmax of the bias.
TEST(Attention, IsTheSoftmaxOfItsBiasIfQueriesAreZero) {
  const at::Tensor offsets = integer_tensor(Lengths{0, 4}), bias = random_tensor({4, 4}, 1);
  at::Tensor qkv = random_tensor({4, 12}, 2);
  qkv.narrow(1, 0, 4).zero_();
  AttentionOptions options{2, true};
  options.bias = {bias};
  const at::Tensor weights = bias.exp().tril();
  const at::Tensor expected = (weights / weights.sum(1, true)).mm(qkv.narrow(1, 8, 4));
  EXPECT_LT(relative_difference(self_attention(qkv, offsets, options), expected), 1e-13);
  EXPECT_LT(
      relative_difference(self_attention_probabilities(qkv, offsets, options)[0][1], weights / weights.sum(1, true)),
      1e-13);
}

TEST(Attention, GradientWithABiasByDifferences) {
  const at::Tensor offsets = integer_tensor(Lengths{0, 3, 8}), weight = random_tensor({8, 4}, 9);
  AttentionOptions options{2, true, 0.2, 3};
  options.bias = {random_tensor({3, 3}, 4), random_tensor({6, 7}, 5)};
  const at::Tensor qkv = random_tensor({8, 12}, 2).requires_grad_(true);
  const auto loss = [&] { return (self_attention(qkv, offsets, options) * weight).sum(); };
  loss().backward();
  EXPECT_LT(relative_difference(qkv.grad(), finite_differences(qkv, [&] { return loss().item<double>(); })), 1e-8);
}

TEST(Attention, RejectsABiasThatDoesNotCoverItsSequences) {
  const at::Tensor offsets = integer_tensor(Lengths{0, 3, 8}), qkv = random_tensor({8, 12}, 2);
  for (const std::vector<at::Tensor>& bias :
       {std::vector<at::Tensor>{random_tensor({8, 8}, 1)},
        {random_tensor({3, 3}, 1), random_tensor({4, 5}, 1)},
        {random_tensor({3, 3}, 1), random_tensor({5, 4}, 1)},
        {random_tensor({3, 3}, 1, at::kFloat), random_tensor({5, 5}, 1, at::kFloat)}}) {
    AttentionOptions options{2, true};
    options.bias = bias;
    EXPECT_THROW(self_attention(qkv, offsets, options), UsageError);
    EXPECT_THROW(self_attention_composite(qkv, offsets, options), UsageError);
  }
}

TEST_P(AttentionOfType, PickedWithABiasEqualsCross) {
  for (const std::int64_t d_head : {5, 16}) {
    const std::int64_t width = 3 * d_head;
    const Lengths counts{1, 17, 4, 40}, offsets = offsets_of(counts);
    const at::Tensor key_value = random_tensor({offsets.back(), 2 * width}, 1, GetParam());
    const at::Tensor query = random_tensor({4, width}, 2, GetParam());
    const at::Tensor bias = 3 * random_tensor({offsets.back()}, 3, GetParam());
    Lengths picks(static_cast<std::size_t>(offsets.back()));
    std::iota(picks.begin(), picks.end(), 0);
    AttentionOptions options{3};
    for (std::size_t i = 0; i < counts.size(); ++i)
      options.bias.push_back(bias.narrow(0, offsets[i], counts[i]).unsqueeze(0));
    const at::Tensor cross =
        cross_attention(query, integer_tensor(offsets_of(Lengths(4, 1))), key_value, integer_tensor(offsets), options);
    const at::Tensor picked =
        picked_attention(query, key_value, integer_tensor(picks), integer_tensor(offsets), 3, bias);
    EXPECT_LT(relative_difference(picked, cross), tolerance()) << d_head;
  }
}

TEST(Attention, PickedOfNoQueriesIsEmpty) {
  const at::Tensor out = picked_attention(at::zeros({0, 8}, at::kDouble), random_tensor({3, 16}, 1), integer_tensor({}),
                                          integer_tensor(Lengths{0}), 2);
  EXPECT_EQ(out.sizes(), (std::vector<std::int64_t>{0, 8}));
}

}  // namespace
}  // namespace prenorm::ops
