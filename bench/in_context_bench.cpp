// Training steps of the networks that learn in context (papers/in_context): drawing 2,048 problems of 11 tokens of 11
// numbers, forward and backward, Adam. GFLOP counts the products of each problem; compare with Gemm.
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

#include "prenorm/papers/in_context/minimize.h"
#include "prenorm/papers/in_context/predictor.h"

namespace prenorm::papers::in_context {
namespace {

constexpr std::int64_t kProblems = 2048;

// Layers, and whether they are tied.
void InContextStep(benchmark::State& state) {
  const Regression problem;
  const auto network =
      attention_predictor<float>({.layers = state.range(0), .tied = state.range(1) != 0, .clip = 10}, problem);
  auto parameters = normal_parameters<float>(network.parameter_count(), 0.01, 1);
  MinimizeOptions options;
  options.steps = 100;
  const auto batch = [&](std::int64_t step) {
    return regression_batch<float>(problem, static_cast<std::uint64_t>(step), kProblems);
  };
  for ([[maybe_unused]] auto _ : state) minimize<float>(network.evaluator, parameters, batch, options);
  const double problems = static_cast<double>(options.steps * kProblems);
  state.counters["problems"] = benchmark::Counter(problems, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["GFLOP"] = benchmark::Counter(1e-9 * problems * network.evaluator.graph().gradient_flops(),
                                               benchmark::Counter::kIsIterationInvariantRate);
  state.counters["threads"] = at::get_num_threads();
}
BENCHMARK(InContextStep)
    ->Args({1, 1})
    ->Args({2, 1})
    ->Args({5, 0})
    ->Args({10, 1})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace prenorm::papers::in_context
