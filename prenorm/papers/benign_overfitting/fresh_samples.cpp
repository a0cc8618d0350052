#include "prenorm/papers/benign_overfitting/fresh_samples.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_cholesky.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "prenorm/base/random.h"
#include "prenorm/nn/initialization.h"

namespace prenorm::papers::benign_overfitting {
namespace {

// [signals, 2 draws, M - 1, columns]
at::Tensor noise_projections(const Weights& weights, const FreshSamples& s) {
  const std::int64_t columns = weights.layout.columns();
  at::Tensor noise = at::zeros({s.signals.size(0), s.draws, s.patches - 1, columns}, at::kDouble);
  nn::normal(s.noise_deviation)(noise, RandomStream(mix_key({name_key("fresh noise"), s.seed})));
  noise.select(2, 0).mul_(s.strong_noise);
  const at::Tensor seen = weights.matrices.narrow(0, s.noise_from, weights.matrices.size(0) - s.noise_from);
  const at::Tensor factor = at::linalg_cholesky(at::mm(seen.t(), seen));
  return at::matmul(at::cat({noise, -noise}, 1), factor.t());
}

}  // namespace

FreshSamples fresh_samples(const DataSetting& data) {
  FreshSamples samples{at::zeros({2, data.dimension}, at::kDouble), {1, -1}, 1000, data.patches, 2};
  samples.signals[0][0] = data.snr;
  samples.signals[1][1] = data.snr;
  samples.noise_deviation = data.noise_deviation();
  samples.strong_noise = data.strong_noise;
  samples.seed = data.seed;
  return samples;
}

TestResult test(const Weights& weights, const FreshSamples& s) {
  const Layout& layout = weights.layout;
  const std::int64_t signals = s.signals.size(0);
  const at::Tensor signal = at::mm(s.signals, weights.matrices)
                                .view({signals, 1, 1, layout.columns()})
                                .expand({signals, 2 * s.draws, 1, layout.columns()});
  const at::Tensor patches = at::cat({signal, noise_projections(weights, s)}, 2);
  const at::Tensor queries = patches.narrow(3, 0, layout.keys), keys = patches.narrow(3, layout.keys, layout.keys);
  const at::Tensor head = at::tensor(weights.head, at::kDouble);
  const at::Tensor scores = at::matmul(patches.narrow(3, 2 * layout.keys, layout.values), head);
  const at::Tensor attention = at::softmax(at::matmul(queries, keys.transpose(2, 3)), 3).mean(2);  // over queries
  const at::Tensor margins = (attention * scores).sum(2) * at::tensor(s.labels, at::kDouble).view({signals, 1});
  return {-at::log_sigmoid(margins).mean().item<double>(), margins.lt(0).to(at::kDouble).mean().item<double>(),
          attention.select(2, 0).mean().item<double>()};
}

}  // namespace prenorm::papers::benign_overfitting
