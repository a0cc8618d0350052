#include "prenorm/papers/benign_overfitting/descent.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

#include "prenorm/base/random.h"
#include "prenorm/nn/initialization.h"
#include "prenorm/papers/benign_overfitting/training_set.h"
#include "prenorm/papers/cells.h"

namespace prenorm::papers::benign_overfitting {
namespace {

void fill_normal(at::Tensor columns, double deviation, const DataSetting& data, std::string_view name) {
  at::Tensor values = at::zeros(columns.sizes(), at::kDouble);
  nn::normal(deviation)(values, RandomStream(mix_key({name_key(name), data.seed})));
  columns.copy_(values);
}

}  // namespace

Weights draw_weights(const DataSetting& data, const StartSetting& start) {
  const Layout& layout = start.layout;
  const auto values = static_cast<double>(layout.values);
  Weights weights{layout, at::zeros({data.dimension, layout.columns()}, at::kDouble),
                  std::vector<double>(static_cast<std::size_t>(layout.values), 1 / std::sqrt(values))};
  // A logit between patches of norm r is a sum of d_h products of deviation (r sigma_h)^2.
  const double norm = std::max(data.snr, 1.0);
  const double deviation = std::sqrt(start.logit_deviation / std::sqrt(static_cast<double>(layout.keys))) / norm;
  fill_normal(weights.matrices.narrow(1, 0, layout.keys), deviation, data, "queries");
  fill_normal(weights.matrices.narrow(1, layout.keys, layout.keys), deviation, data, "keys");
  fill_normal(weights.matrices.narrow(1, 2 * layout.keys, layout.values), start.score_deviation, data, "values");
  return weights;
}

void descend(const Tokens& tokens, const Weights& start, const DescentOptions& options, const AtStop& at_stop,
             const Observe& observe) {
  const Layout& layout = start.layout;
  const at::Tensor gram = at::mm(tokens.values, tokens.values.t());
  at::Tensor projections = at::mm(tokens.values, start.matrices), gradient = at::zeros_like(projections);
  at::Tensor sum = at::zeros_like(projections);
  Weights now = start;
  std::vector<double> head_gradient(now.head.size());
  TrainingSet set(tokens, layout);
  std::size_t stop = 0;
  for (std::int64_t step = 0; step <= options.max_steps; ++step) {
    if (step % 256 == 0) Cells::stop_if_asked();
    State state = set.gradient(projections, now.head, gradient, head_gradient);
    state.step = step;
    if (!std::isfinite(state.loss)) return;
    if (observe) observe(state);
    for (; state.loss <= options.stops[stop]; ++stop) {
      now.matrices = start.matrices - options.rate * at::mm(tokens.values.t(), sum);
      at_stop(state, now);
      if (stop + 1 == options.stops.size()) return;
    }
    if (options.trained == Trained::kValuesOnly) gradient.narrow(1, 0, 2 * layout.keys).zero_();
    projections.addmm_(gram, gradient, 1, -options.rate);
    sum.add_(gradient);
    if (options.trained != Trained::kAllAndHead) continue;
    for (std::size_t i = 0; i < now.head.size(); ++i) now.head[i] -= options.rate * head_gradient[i];
  }
}

}  // namespace prenorm::papers::benign_overfitting
