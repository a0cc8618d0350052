#include "prenorm/papers/low_rank_sparse/model.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>

#include <cmath>

#include "prenorm/base/random.h"
#include "prenorm/nn/initialization.h"

namespace prenorm::papers::low_rank_sparse {
namespace {

at::Tensor as_rows(const at::Tensor& x) { return x.reshape({-1, x.size(-1)}); }

// The sum over samples and tokens of left right^T.
at::Tensor sum_of_outer(const at::Tensor& left, const at::Tensor& right) {
  return at::matmul(as_rows(left).t(), as_rows(right));
}

// The gradient for outputs whose loss has the gradient `slope` [samples].
Matrices backward(const Model& model, const at::Tensor& tokens, const at::Tensor& slope) {
  const Activations x = activations_of(model, tokens);
  const auto& [query, key, value, output] = model.weights;
  const auto length = static_cast<double>(tokens.size(1));
  const at::Tensor hidden = (x.hidden > 0).to(at::kDouble) * model.signs * (slope / length).view({-1, 1, 1});
  const at::Tensor values = at::matmul(hidden, output);
  const at::Tensor mixed = at::matmul(values, value);
  const at::Tensor attention = at::bmm(mixed, tokens.transpose(1, 2));
  const at::Tensor scores = x.attention * (attention - (attention * x.attention).sum(-1, /*keepdim=*/true));
  return {sum_of_outer(at::bmm(scores, x.keys), tokens),
          sum_of_outer(at::bmm(scores.transpose(1, 2), x.queries), tokens), sum_of_outer(values, x.mixed),
          sum_of_outer(hidden, x.values)};
}

}  // namespace

std::string name_of(const ModelSetting& s) {
  return fmt::format("m {}, delta {}, xi {}", s.neurons, s.identity, s.output_deviation);
}

Model initial_model(const ModelSetting& s, std::int64_t dimension, std::uint64_t seed) {
  Model model;
  for (const MatrixIndex matrix : {kQuery, kKey, kValue})
    model.weights.at(matrix) = at::eye(dimension, at::kDouble) * s.identity;
  model.weights[kOutput] = at::empty({s.neurons, dimension}, at::kDouble);
  nn::normal(s.output_deviation)(model.weights[kOutput], RandomStream(mix_key({name_key("W_O"), seed})));
  model.signs = at::empty({s.neurons}, at::kDouble);
  RandomStream random(mix_key({name_key("signs"), seed}));
  for (std::int64_t i = 0; i < s.neurons; ++i)
    model.signs.data_ptr<double>()[i] = (random.below(2) == 0 ? 1 : -1) / std::sqrt(static_cast<double>(s.neurons));
  return model;
}

Activations activations_of(const Model& model, const at::Tensor& tokens) {
  const auto& [query, key, value, output] = model.weights;
  Activations x;
  x.queries = at::matmul(tokens, query.t());
  x.keys = at::matmul(tokens, key.t());
  x.attention = at::softmax(at::bmm(x.queries, x.keys.transpose(1, 2)), -1);
  x.mixed = at::bmm(x.attention, tokens);
  x.values = at::matmul(x.mixed, value.t());
  x.hidden = at::matmul(x.values, output.t());
  return x;
}

at::Tensor contributions_of(const Model& model, const Activations& x) {
  return at::relu(x.hidden).mean(1) * model.signs;
}

at::Tensor outputs_of(const Model& model, const at::Tensor& tokens) {
  return contributions_of(model, activations_of(model, tokens)).sum(1);
}

double mean_hinge(const at::Tensor& outputs, const at::Tensor& labels) {
  return at::relu(1 - labels * outputs).mean().item<double>();
}

double error_rate(const at::Tensor& outputs, const at::Tensor& labels) {
  return 1 - (labels * outputs > 0).to(at::kDouble).mean().item<double>();
}

LossGradient loss_gradient(const Model& model, const Samples& samples) {
  const at::Tensor margins = samples.labels * outputs_of(model, samples.tokens);
  LossGradient result{at::relu(1 - margins).mean().item<double>(), {}};
  // Samples outside the margin have no gradient: near the end of training they are nearly all.
  const at::Tensor inside = (margins < 1).nonzero().flatten();
  if (inside.numel() == 0) {
    for (std::size_t i = 0; i < model.weights.size(); ++i) result.gradient.at(i) = at::zeros_like(model.weights.at(i));
    return result;
  }
  const at::Tensor slope = -samples.labels.index_select(0, inside) / static_cast<double>(samples.labels.numel());
  result.gradient = backward(model, samples.tokens.index_select(0, inside), slope);
  return result;
}

}  // namespace prenorm::papers::low_rank_sparse
