#include "prenorm/papers/benign_overfitting/training_set.h"

#include <algorithm>
#include <cmath>

namespace prenorm::papers::benign_overfitting {

TrainingSet::TrainingSet(const Tokens& tokens, Layout layout)
    : tokens_(tokens),
      layout_(layout),
      attention_(layout, tokens.patches),
      positive_(tokens.positive_share() * static_cast<double>(tokens.samples())),
      negative_(static_cast<double>(tokens.samples()) - positive_) {}

void TrainingSet::add_to(State& state, double label) const {
  const std::int64_t patches = tokens_.patches;
  const auto samples = static_cast<double>(tokens_.samples());
  (label > 0 ? state.score_positive : state.score_negative) +=
      attention_.score(0) / (label > 0 ? positive_ : negative_);
  state.attention_signal += attention_.weight(0, 0) / samples;
  for (std::int64_t j = 1; j < patches; ++j) {
    const double share = 1 / (samples * static_cast<double>(patches - 1));
    state.attention_noise += share * attention_.weight(j, 0);
    state.score_noise += share * label * attention_.score(j);
  }
}

State TrainingSet::gradient(const at::Tensor& projections, std::span<const double> head, at::Tensor& gradient,
                            std::span<double> head_gradient) {
  gradient.zero_();
  std::fill(head_gradient.begin(), head_gradient.end(), 0.0);
  const auto* from = projections.data_ptr<double>();
  auto* to = gradient.data_ptr<double>();
  std::vector<const double*> patches(static_cast<std::size_t>(tokens_.patches));
  std::vector<double*> gradients(patches.size());
  State state;
  for (std::size_t n = 0; n < tokens_.labels.size(); ++n) {
    for (std::size_t j = 0; j < patches.size(); ++j) {
      const std::int64_t offset = tokens_.rows[n * patches.size() + j] * layout_.columns();
      patches[j] = from + offset;
      gradients[j] = to + offset;
    }
    const double label = tokens_.labels[n], margin = label * attention_.forward(patches, head);
    const auto samples = static_cast<double>(tokens_.samples());
    // log(1 + exp(-margin)), whose derivative by f is -label / (1 + exp(margin)).
    state.loss += (std::max(-margin, 0.0) + std::log1p(std::exp(-std::abs(margin)))) / samples;
    attention_.add_gradient(-label / ((1 + std::exp(margin)) * samples), patches, head, gradients, head_gradient);
    add_to(state, label);
  }
  return state;
}

}  // namespace prenorm::papers::benign_overfitting
