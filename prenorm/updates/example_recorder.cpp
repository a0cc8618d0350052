#include "prenorm/updates/example_recorder.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include "prenorm/base/error.h"
#include "prenorm/config/name_patterns.h"
#include "prenorm/ops/cpu/example_squares.h"

namespace prenorm::updates {
namespace {

double squared_norm(const at::Tensor& gradient) {
  double squares = 0;
  AT_DISPATCH_FLOATING_TYPES(gradient.scalar_type(), "squared_norm", [&] {
    squares = ops::cpu::sum_of_squares(gradient.data_ptr<scalar_t>(), gradient.numel());
  });
  return squares;
}

}  // namespace

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
  if (places_.empty())
    throw_error<UsageError>(
        "train.noise_scale = \"norm\" has nothing to measure, since no weight of a norm trains; choose \"all\" or "
        "\"off\"");
  norms_.assign(static_cast<std::size_t>(workers), ops::ExampleNorms(weights));
}

void ExampleRecorder::clear() {
  for (ops::ExampleNorms& norms : norms_) norms.clear();
}

ExampleSquares ExampleRecorder::squares(std::int64_t examples, std::int64_t target_tokens) const {
  ExampleSquares result{examples, target_tokens, places_, {}, std::vector<double>(places_.size())};
  // Each thread takes whole parameters: a barrier for each of them would cost more than the sums.
  at::parallel_for(0, std::ssize(places_), measured_ == NoiseScale::kAll ? 1 : std::ssize(places_) + 1,
                   [&](std::int64_t first, std::int64_t last) {
                     for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i)
                       result.sum_squares[i] =
                           squared_norm(parameters_.trained()[static_cast<std::size_t>(places_[i])].value.grad());
                   });
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const nn::Parameter& parameter = parameters_.trained()[static_cast<std::size_t>(places_[i])];
    double squares = 0;
    bool reported = false;
    for (const ops::ExampleNorms& norms : norms_) {
      squares += norms.squares()[i];
      reported = reported || norms.measured()[i];
    }
    if (result.sum_squares[i] > 0 && !reported)
      throw_error<Error>("train.noise_scale: {} is used in a way whose gradients by example are not measured",
                         parameter.name);
    result.square_sums.push_back(squares);
  }
  return result;
}

}  // namespace prenorm::updates
