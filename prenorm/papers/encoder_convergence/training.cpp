#include "prenorm/papers/encoder_convergence/training.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "prenorm/base/json_number.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::encoder_convergence {
namespace {

double mean_diagonal(const at::Tensor& matrix) { return matrix.diagonal().mean().item<double>(); }

// Calls visit(name, member) for every member.
template <class T, class Visit>
void for_members(T& t, const Visit& visit) {
  visit("step", t.step);
  visit("least", t.least);
  visit("greatest", t.greatest);
  visit("alpha_squared", t.alpha_squared);
  visit("output", t.output);
  visit("value", t.value);
  visit("query", t.query);
  visit("loss", t.loss);
  visit("change", t.change);
  visit("epoch", t.movement.epoch);
  visit("query_movement", t.movement.query);
  visit("key_movement", t.movement.key);
  visit("value_movement", t.movement.value);
  visit("kernel_change", t.movement.kernel);
  visit("lazy_loss", t.lazy.loss);
  visit("lazy_query", t.lazy.query);
  visit("lazy_key", t.lazy.key);
  visit("lazy_value", t.lazy.value);
}

}  // namespace

std::string Training::name() const {
  return fmt::format("{}, tau_0 = {}, d_m {}, N {}, d_s {}, d {}, {} epochs, seed {}", name_of(model.initialization),
                     name_of(model.scale), model.width, size.samples, size.tokens, size.dimension, epochs, seed);
}

Trained train(const Training& t) {
  Encoder encoder(t.model, gaussian_samples(t.size, t.seed));
  const Weights start = initial_weights(t.model, t.size.dimension, t.seed);
  encoder.forward(start);
  const Kernel kernel = kernel_of(encoder, start);
  const at::Tensor residual = encoder.outputs() - encoder.samples().labels;
  const Spectrum spectrum = spectrum_of(kernel.sum());
  Trained trained{1 / spectrum.greatest,
                  spectrum.least,
                  spectrum.greatest,
                  spectrum_of(kernel.output).least,
                  mean_diagonal(kernel.output),
                  mean_diagonal(kernel.value),
                  mean_diagonal(kernel.query),
                  {},
                  {},
                  {},
                  lazy_descent(kernel, start, residual, 1 / spectrum.greatest, t.epochs)};
  Descent run = descend(encoder, start, {trained.step, t.epochs, 10});
  trained.loss = std::move(run.loss);
  trained.change = std::move(run.change);
  trained.movement = std::move(run.movement);
  return trained;
}

nlohmann::json to_json(const Trained& trained) {
  nlohmann::json json;
  for_members(trained, [&](const char* name, const auto& member) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, double>)
      json[name] = json_number(member);
    else
      json[name] = numbers_to_json(member);
  });
  return json;
}

Trained trained_from_json(const nlohmann::json& json) {
  Trained trained;
  for_members(trained, [&](const char* name, auto& member) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, double>)
      member = number_field(json, name);
    else
      member = numbers_field(json, name);
  });
  return trained;
}

SameStep train_with_same_step(const std::vector<Model>& models, std::int64_t epochs, std::uint64_t seed) {
  const Samples samples = gaussian_samples(kGaussianSize, seed);
  const auto start_of = [&](const Model& model) { return initial_weights(model, samples.dimension(), seed); };
  SameStep same;
  double greatest = 0;
  for (const Model& model : models) {
    Encoder encoder(model, samples);
    encoder.forward(start_of(model));
    const at::Tensor kernel = kernel_of(encoder, start_of(model)).sum();
    const Spectrum spectrum = spectrum_of(kernel);
    greatest = std::max(greatest, spectrum.greatest);
    same.mean_eigenvalue.push_back(mean_diagonal(kernel));
    same.least_eigenvalue.push_back(spectrum.least);
  }
  same.step = 1 / greatest;
  for (const Model& model : models) {
    Encoder encoder(model, samples);
    same.loss.push_back(descend(encoder, start_of(model), {same.step, epochs}).loss);
  }
  return same;
}

}  // namespace prenorm::papers::encoder_convergence
