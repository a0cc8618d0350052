#include "prenorm/papers/low_rank_sparse/training.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include "prenorm/base/random.h"
#include "prenorm/papers/cells.h"

namespace prenorm::papers::low_rank_sparse {

std::string name_of(const TrainSetting& s) {
  return fmt::format("{}; {}; {} updates, batches of {}, rate {}, seed {}", name_of(s.data), name_of(s.model),
                     s.updates, s.batch, s.rate, s.seed);
}

Matrices Trained::updates() const {
  Matrices updates;
  for (std::size_t i = 0; i < updates.size(); ++i) updates.at(i) = last.weights.at(i) - initial.weights.at(i);
  return updates;
}

Trained train(const TrainSetting& s) {
  Trained trained{draw_patterns(s.data, s.seed), initial_model(s.model, s.data.dimension, s.seed), {}, {}, {}};
  Model& model = trained.last = trained.initial;
  for (std::int64_t update = 0; update < s.updates; ++update) {
    Cells::stop_if_asked();
    const std::uint64_t key = mix_key({name_key("training"), s.seed, static_cast<std::uint64_t>(update)});
    LossGradient step = loss_gradient(model, draw_samples(s.data, trained.patterns, key, s.batch));
    trained.loss.push_back(step.loss);
    // New tensors: the initial weights share the memory of the old ones.
    for (std::size_t i = 0; i < step.gradient.size(); ++i)
      model.weights.at(i) = model.weights.at(i) - s.rate * step.gradient.at(i);
    if (update == 0) trained.first_gradient = std::move(step.gradient);
  }
  return trained;
}

Samples test_samples(const TrainSetting& s, const at::Tensor& patterns, std::int64_t count) {
  DataLaw law = s.data;
  law.labels = Labels::kTrue;
  return draw_samples(law, patterns, mix_key({name_key("test"), s.seed}), count);
}

}  // namespace prenorm::papers::low_rank_sparse
