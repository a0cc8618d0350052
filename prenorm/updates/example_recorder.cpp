#include "prenorm/updates/example_recorder.h"

#include "prenorm/base/error.h"
#include "prenorm/config/name_patterns.h"
#include "prenorm/optim/gradient_norm.h"

namespace prenorm::updates {

// Replicas share the memory of their weights, by which norms know them.
ExampleRecorder::ExampleRecorder(NoiseScale measured, const nn::Parameters& parameters, std::int64_t workers)
    : measured_(measured), parameters_(parameters) {
  const config::NamePatterns of_norms = config::trainable_patterns("norm");
  std::vector<at::Tensor> weights;
  for (const nn::Parameter& p : parameters.trained()) {
    const std::int64_t place = &p - parameters.trained().data();
    if (measured == NoiseScale::kNorm && !config::any_matches(of_norms, p.name)) continue;
    places_.push_back(place);
    weights.push_back(p.value);
  }
  norms_.assign(static_cast<std::size_t>(workers), ops::ExampleNorms(weights));
}

void ExampleRecorder::clear() {
  for (ops::ExampleNorms& norms : norms_) norms.clear();
}

ExampleSquares ExampleRecorder::squares(std::int64_t examples, std::int64_t target_tokens) const {
  ExampleSquares result{examples, target_tokens, places_, {}, {}};
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const nn::Parameter& parameter = parameters_.trained()[static_cast<std::size_t>(places_[i])];
    const double norm = optim::l2_norm(parameter.value.grad());
    double squares = 0;
    bool reported = false;
    for (const ops::ExampleNorms& norms : norms_) {
      squares += norms.squares()[i];
      reported = reported || norms.measured()[i];
    }
    if (norm > 0 && !reported)
      throw_error<Error>("train.noise_scale: {} is used in a way whose gradients by example are not measured",
                         parameter.name);
    result.square_sums.push_back(squares);
    result.sum_squares.push_back(norm * norm);
  }
  return result;
}

}  // namespace prenorm::updates
