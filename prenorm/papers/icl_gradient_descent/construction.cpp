// Proposition 1 of von Oswald et al. 2022: weights for which a layer of linear attention is a step of gradient descent.
#include <ATen/ATen.h>

#include "prenorm/papers/icl_gradient_descent/one_layer.h"

namespace prenorm::papers::icl_gradient_descent {
namespace {

constexpr std::int64_t kInputCount = 12, kLabelCount = 2, kPairCount = 45, kTokenSize = kInputCount + kLabelCount,
                       kProblems = 20;
constexpr double kRate = 0.5;

// W_K = W_Q = diag(I, 0), W_V = [[0, 0], [W0, -I]], P = (eta/N) I
std::vector<double> construction(const at::Tensor& w0) {
  const at::Tensor key = at::zeros({kTokenSize, kTokenSize}, at::kDouble), value = key.clone();
  key.narrow(0, 0, kInputCount).narrow(1, 0, kInputCount).copy_(at::eye(kInputCount));
  value.narrow(0, kInputCount, kLabelCount).narrow(1, 0, kInputCount).copy_(w0);
  value.narrow(0, kInputCount, kLabelCount).narrow(1, kInputCount, kLabelCount).copy_(-at::eye(kLabelCount));
  const at::Tensor projection = at::eye(kTokenSize, at::kDouble) * (kRate / kPairCount);
  const at::Tensor all = at::stack({key, key, value, projection}).contiguous();
  return {all.data_ptr<double>(), all.data_ptr<double>() + all.numel()};
}

// W of `steps` steps from W0 on (1/2N) sum |W x_i - y_i|^2, sample by sample.
at::Tensor descended(at::Tensor w, const at::Tensor& x, const at::Tensor& y, std::int64_t steps) {
  for (std::int64_t step = 0; step < steps; ++step) {
    at::Tensor gradient = at::zeros_like(w);
    for (std::int64_t i = 0; i < kPairCount; ++i)
      gradient += at::outer(w.mv(x.select(1, i)) - y.select(1, i), x.select(1, i)) / kPairCount;
    w = w - kRate * gradient;
  }
  return w;
}

}  // namespace

double construction_error(std::int64_t steps, std::uint64_t seed) {
  at::Generator random = at::detail::createCPUGenerator(seed);
  const auto draw = [&](at::IntArrayRef shape) { return at::rand(shape, random, at::kDouble) - 0.5; };
  batched::Graph graph;
  const batched::Matrix tokens = graph.input(kTokenSize, kPairCount + 1);
  const in_context::AttentionNetwork network{
      .token_size = kTokenSize, .context = kPairCount, .layers = steps, .tied = true};
  const auto layers = in_context::declare_layers(graph, network);
  const batched::Matrix query = in_context::apply_layers(graph, network, layers, tokens, /*queries_only=*/true);
  const batched::Evaluator<double> evaluator(std::move(graph));
  double error = 0;
  for (std::int64_t p = 0; p < kProblems; ++p) {
    const at::Tensor w0 = draw({kLabelCount, kInputCount}), x = draw({kInputCount, kPairCount + 1});
    const at::Tensor y = draw({kLabelCount, kInputCount}).mm(x);
    const at::Tensor e = at::cat({x, y});
    e.narrow(0, kInputCount, kLabelCount).select(1, kPairCount).copy_(-w0.mv(x.select(1, kPairCount)));
    const std::span<const double> inputs(e.data_ptr<double>(), static_cast<std::size_t>(e.numel()));
    const std::vector<double> found =
        evaluator.values(construction(w0), batched::batch_of(inputs, kTokenSize * (kPairCount + 1)), query);
    const at::Tensor expected = descended(w0, x, y, steps).mv(x.select(1, kPairCount));
    for (std::int64_t k = 0; k < kLabelCount; ++k)
      error = std::max(error, std::abs(-found[static_cast<std::size_t>(kInputCount + k)] - expected[k].item<double>()));
  }
  return error;
}

}  // namespace prenorm::papers::icl_gradient_descent
