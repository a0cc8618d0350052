// Speed of the operators relative to the machine's peaks: GFLOP/s if bound by arithmetic (compare with Gemm), GB/s if
// bound by memory (compare with Copy). Shapes are those of a 512-wide model on batches of 4096 tokens.
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <benchmark/benchmark.h>
#include <torch/csrc/autograd/autograd.h>

#include <vector>

#include "prenorm/base/random.h"
#include "prenorm/ops/attention.h"
#include "prenorm/ops/cpu/gelu.h"
#include "prenorm/ops/cross_entropy.h"
#include "prenorm/ops/dropout.h"
#include "prenorm/ops/embedding.h"
#include "prenorm/ops/layer_norm.h"
#include "prenorm/ops/linear.h"
#include "prenorm/optim/gradient_norm.h"
#include "prenorm/optim/optimizer.h"

namespace prenorm {
namespace {

constexpr std::int64_t kTokens = 4096, kWidth = 512, kHeads = 8;
constexpr double kFloat = sizeof(float);

at::Tensor random_matrix(std::int64_t rows, std::int64_t columns) {
  at::Tensor x = at::empty({rows, columns}, at::kFloat);
  RandomStream random(1);
  for (std::int64_t i = 0; i < x.numel(); ++i) x.data_ptr<float>()[i] = static_cast<float>(2 * random.uniform() - 1);
  return x;
}

// A weight with a buffer for its gradient, as nn::Parameters creates it.
at::Tensor with_buffer(at::Tensor weight) {
  weight.set_requires_grad(true);
  weight.mutable_grad() = at::zeros(weight.sizes());
  return weight;
}

// Work per iteration, which the library reports as a rate: GFLOP=150/s.
void report(benchmark::State& state, const char* unit, double work) {
  state.counters[unit] = benchmark::Counter(1e-9 * work, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["threads"] = at::get_num_threads();
}
void report_flops(benchmark::State& state, double flops) { report(state, "GFLOP", flops); }
void report_bytes(benchmark::State& state, double bytes) { report(state, "GB", bytes); }

// Peaks of the machine.

void Gemm(benchmark::State& state) {
  const std::int64_t n = state.range(0);
  const at::Tensor a = random_matrix(n, n), b = random_matrix(n, n);
  at::Tensor c = at::zeros({n, n}, at::kFloat);
  for ([[maybe_unused]] auto _ : state) at::mm_out(c, a, b);
  report_flops(state, 2.0 * static_cast<double>(n * n * n));
}
BENCHMARK(Gemm)->Arg(512)->Arg(1024)->Arg(2048)->UseRealTime()->Unit(benchmark::kMillisecond);

void Copy(benchmark::State& state) {
  const at::Tensor x = random_matrix(8 * kTokens, kWidth);
  at::Tensor y = at::zeros(x.sizes(), at::kFloat);
  for ([[maybe_unused]] auto _ : state) y.copy_(x);
  report_bytes(state, 2 * kFloat * static_cast<double>(x.numel()));
}
BENCHMARK(Copy)->UseRealTime()->Unit(benchmark::kMillisecond);

// Operators bound by memory: bytes read and written.

void Dropout(benchmark::State& state) {
  const at::Tensor x = random_matrix(kTokens, kWidth);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(ops::dropout(x, {0.1, 7}));
  report_bytes(state, 2 * kFloat * static_cast<double>(x.numel()));
}
BENCHMARK(Dropout)->UseRealTime()->Unit(benchmark::kMillisecond);

void GeluForwardBackward(benchmark::State& state) {
  const at::Tensor z = random_matrix(kTokens, 4 * kWidth), grad = random_matrix(kTokens, 4 * kWidth);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(ops::cpu::gelu(z, ops::cpu::Gelu::kExact));
    benchmark::DoNotOptimize(ops::cpu::gelu_backward(grad, z, ops::cpu::Gelu::kExact));
  }
  report_bytes(state, 5 * kFloat * static_cast<double>(z.numel()));
}
BENCHMARK(GeluForwardBackward)->UseRealTime()->Unit(benchmark::kMillisecond);

// Leaf tensors that require gradients, and the gradient of the output.
struct NormInputs {
  at::Tensor x = random_matrix(kTokens, kWidth).requires_grad_(true),
             branch = random_matrix(kTokens, kWidth).requires_grad_(true), grad = random_matrix(kTokens, kWidth);
  ops::NormWeights weights{with_buffer(at::ones({kWidth})), with_buffer(at::zeros({kWidth})), 1e-5};
};

template <auto add_layer_norm>
void residual_norm(benchmark::State& state, int passes) {
  const NormInputs in;
  for ([[maybe_unused]] auto _ : state) {
    const at::NoGradGuard no_grad;
    benchmark::DoNotOptimize(add_layer_norm(in.x, in.branch, {0.1, 7}, in.weights));
  }
  report_bytes(state, passes * kFloat * static_cast<double>(in.x.numel()));
}
template <auto add_layer_norm>
void residual_norm_forward_backward(benchmark::State& state) {
  const NormInputs in;
  for ([[maybe_unused]] auto _ : state) {
    in.x.mutable_grad() = in.branch.mutable_grad() = at::Tensor();
    const ops::NormedSum y = add_layer_norm(in.x, in.branch, {0.1, 7}, in.weights);
    torch::autograd::backward({y.sum, y.normed}, {in.grad, in.grad});
  }
  report_bytes(state, 9 * kFloat * static_cast<double>(in.x.numel()));  // bytes of the fused operator
}
void ResidualNorm(benchmark::State& state) { residual_norm<ops::add_layer_norm>(state, 4); }
void ResidualNormForwardBackward(benchmark::State& state) {
  residual_norm_forward_backward<ops::add_layer_norm>(state);
}
void ResidualNormCompositeForwardBackward(benchmark::State& state) {
  residual_norm_forward_backward<ops::add_layer_norm_composite>(state);
}
BENCHMARK(ResidualNorm)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(ResidualNormForwardBackward)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(ResidualNormCompositeForwardBackward)->UseRealTime()->Unit(benchmark::kMillisecond);

template <auto embedding>
void embedding_forward_backward(benchmark::State& state) {
  constexpr std::int64_t kVocabulary = 8000;
  const at::Tensor table = with_buffer(random_matrix(kVocabulary, kWidth)), positions = random_matrix(64, kWidth),
                   grad = random_matrix(kTokens, kWidth);
  const at::Tensor ids = at::empty({kTokens}, at::kLong), places = at::empty({kTokens}, at::kLong);
  for (std::int64_t i = 0; i < kTokens; ++i) {
    ids.data_ptr<std::int64_t>()[i] = i * 7919 % kVocabulary;
    places.data_ptr<std::int64_t>()[i] = i % 64;
  }
  for ([[maybe_unused]] auto _ : state) embedding(ids, places, {table, positions, 22.6}, {0.1, 7}).backward(grad);
  report_bytes(state, 5 * kFloat * static_cast<double>(grad.numel()));
}
void EmbeddingForwardBackward(benchmark::State& state) { embedding_forward_backward<ops::embedding>(state); }
void EmbeddingCompositeForwardBackward(benchmark::State& state) {
  embedding_forward_backward<ops::embedding_composite>(state);
}
BENCHMARK(EmbeddingForwardBackward)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(EmbeddingCompositeForwardBackward)->UseRealTime()->Unit(benchmark::kMillisecond);

void OptimizerStep(benchmark::State& state) {
  constexpr std::int64_t kParameters = 20'000'000;
  OptimConfig config;
  config.name = static_cast<OptimizerName>(state.range(0));
  const at::Tensor values = at::zeros({kParameters}), gradients = random_matrix(1, kParameters).view(-1);
  optim::Optimizer optimizer(config, values, gradients);
  for ([[maybe_unused]] auto _ : state) optimizer.step(1e-4);
  const double passes = config.name == OptimizerName::kSgd ? 5 : 7;  // reads of g, θ, m, v; writes of θ, m, v
  report_bytes(state, passes * kFloat * kParameters);
  state.SetLabel(std::string(enum_name(config.name)));
}
BENCHMARK(OptimizerStep)
    ->Arg(static_cast<int>(OptimizerName::kAdam))
    ->Arg(static_cast<int>(OptimizerName::kSgd))
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void GradientNorm(benchmark::State& state) {
  const at::Tensor gradients = random_matrix(1, 20'000'000);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(optim::l2_norm(gradients));
  report_bytes(state, kFloat * static_cast<double>(gradients.numel()));
}
BENCHMARK(GradientNorm)->UseRealTime()->Unit(benchmark::kMillisecond);

// Operators bound by arithmetic: FLOPs of the matrix products (a recomputed product counts once).

template <auto linear>
void linear_forward_backward(benchmark::State& state) {
  const std::int64_t out = state.range(0);
  const at::Tensor x = random_matrix(kTokens, kWidth).requires_grad_(true), grad = random_matrix(kTokens, out);
  const at::Tensor weight = with_buffer(random_matrix(out, kWidth)), bias = with_buffer(at::zeros({out}));
  for ([[maybe_unused]] auto _ : state) {
    x.mutable_grad() = at::Tensor();
    linear(x, weight, bias, Activation::kRelu, {}).backward(grad);
  }
  report_flops(state, 6.0 * static_cast<double>(kTokens * kWidth * out));
}
void LinearForwardBackward(benchmark::State& state) { linear_forward_backward<ops::linear>(state); }
void LinearCompositeForwardBackward(benchmark::State& state) { linear_forward_backward<ops::linear_composite>(state); }
BENCHMARK(LinearForwardBackward)->Arg(512)->Arg(2048)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(LinearCompositeForwardBackward)->Arg(512)->Arg(2048)->UseRealTime()->Unit(benchmark::kMillisecond);

at::Tensor offsets_of_equal_sequences(std::int64_t length) {
  at::Tensor offsets = at::empty({kTokens / length + 1}, at::kLong);
  for (std::int64_t i = 0; i < offsets.numel(); ++i) offsets.data_ptr<std::int64_t>()[i] = i * length;
  return offsets;
}
// Scores and weighted sum: 4 · length · width FLOPs per token forward, twice that backward.
double attention_flops(std::int64_t length) { return 4.0 * static_cast<double>(kTokens * length * kWidth); }

void Attention(benchmark::State& state) {
  const at::NoGradGuard no_grad;
  const at::Tensor qkv = random_matrix(kTokens, 3 * kWidth), offsets = offsets_of_equal_sequences(state.range(0));
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(ops::self_attention(qkv, offsets, {kHeads}));
  report_flops(state, attention_flops(state.range(0)));
}
BENCHMARK(Attention)->RangeMultiplier(4)->Range(8, 512)->UseRealTime()->Unit(benchmark::kMillisecond);

// A causal mask avoids half of the multiplications, which are counted in full here.
template <auto self_attention>
void attention_forward_backward(benchmark::State& state, bool causal) {
  const std::int64_t length = state.range(0), d_head = state.range(1);
  const at::Tensor qkv = random_matrix(kTokens, 3 * kWidth).requires_grad_(true), grad = random_matrix(kTokens, kWidth);
  const at::Tensor offsets = offsets_of_equal_sequences(length);
  for ([[maybe_unused]] auto _ : state) {
    qkv.mutable_grad() = at::Tensor();
    self_attention(qkv, offsets, {kWidth / d_head, causal}).backward(grad);
  }
  report_flops(state, 3 * attention_flops(length));
}
void AttentionForwardBackward(benchmark::State& state) {
  attention_forward_backward<ops::self_attention>(state, false);
}
void CausalAttentionForwardBackward(benchmark::State& state) {
  attention_forward_backward<ops::self_attention>(state, true);
}
void AttentionCompositeForwardBackward(benchmark::State& state) {
  attention_forward_backward<ops::self_attention_composite>(state, false);
}
BENCHMARK(AttentionForwardBackward)
    ->ArgsProduct({{8, 16, 32, 128, 512, 2048}, {64, 128}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(CausalAttentionForwardBackward)
    ->ArgsProduct({{16, 128, 2048}, {64, 128}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(AttentionCompositeForwardBackward)
    ->Args({32, 64})
    ->Args({512, 64})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// Decoding: 30 picks for each of 64 queries. Groups of four share their rows, like the hypotheses of a sentence.
void PickedAttention(benchmark::State& state) {
  constexpr std::int64_t kQueries = 64, kPicks = 30;
  const at::Tensor query = random_matrix(kQueries, kWidth);
  const at::Tensor key_value = random_matrix(kQueries / 4 * kPicks, 2 * kWidth);
  const at::Tensor picks = at::empty({kQueries * kPicks}, at::kLong), offsets = at::empty({kQueries + 1}, at::kLong);
  for (std::int64_t i = 0; i < picks.numel(); ++i)
    picks.data_ptr<std::int64_t>()[i] = i / kPicks / 4 + i % kPicks * (kQueries / 4);
  for (std::int64_t i = 0; i <= kQueries; ++i) offsets.data_ptr<std::int64_t>()[i] = i * kPicks;
  for ([[maybe_unused]] auto _ : state)
    benchmark::DoNotOptimize(ops::picked_attention(query, key_value, picks, offsets, kHeads));
  report_flops(state, 4.0 * static_cast<double>(picks.numel() * kWidth));
}
BENCHMARK(PickedAttention)->UseRealTime()->Unit(benchmark::kMicrosecond);

void CrossEntropyForwardBackward(benchmark::State& state) {
  const std::int64_t vocabulary = state.range(0);
  const at::Tensor hidden = random_matrix(kTokens, kWidth).requires_grad_(true);
  const at::Tensor weight = random_matrix(vocabulary, kWidth).requires_grad_(true);
  const at::Tensor targets = at::empty({kTokens}, at::kLong);
  RandomStream random(2);
  for (std::int64_t i = 0; i < kTokens; ++i)
    targets.data_ptr<std::int64_t>()[i] =
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(vocabulary)));
  for ([[maybe_unused]] auto _ : state) {
    hidden.mutable_grad() = weight.mutable_grad() = at::Tensor();
    ops::projected_cross_entropy(hidden, weight, targets, 0.1).loss_sum.backward();
  }
  report_flops(state, 6.0 * static_cast<double>(kTokens * kWidth * vocabulary));
}
BENCHMARK(CrossEntropyForwardBackward)->Arg(8000)->Arg(32'000)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace prenorm
