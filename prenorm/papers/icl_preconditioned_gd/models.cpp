#include "prenorm/papers/icl_preconditioned_gd/models.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace prenorm::papers::icl_preconditioned_gd {

std::string Model::name() const {
  return fmt::format("{}; {}; {} test prompts", graph_name, training.name(), test_prompts);
}

Covariance covariance_of(Inputs inputs, std::uint64_t seed) {
  return inputs == Inputs::kIsotropic ? identity_covariance() : rotated_covariance(seed);
}

Model recursion_model(const RecursionOptions& o, Inputs inputs, const Training& training) {
  const bool isotropic = inputs == Inputs::kIsotropic;
  return {fmt::format("{}, {} layers, n {}, {} inputs, w* of covariance {}", form_name(o.form), o.layers, o.n,
                      isotropic ? "isotropic" : "rotated", o.weights == Weights::kIdentity ? "I" : "Sigma^-1"),
          recursion_graph(o, covariance_of(inputs, training.seed)), training};
}

std::vector<Trained> train_all(const std::string& label, const std::vector<Model>& models, const Cells& cells) {
  std::vector<std::string> names;
  for (const Model& model : models) names.push_back(model.name());
  const auto found = cells.get_all(label, names, CellThreads::kOneEach, [&](std::size_t i) {
    const Model& model = models[i];
    Trained trained = train(model.graph, model.training);
    trained.test = test_loss(model.graph, trained.last(), model.training.seed, model.test_prompts);
    return to_json(trained);
  });
  std::vector<Trained> all;
  for (const nlohmann::json& json : found) all.push_back(trained_from_json(json));
  return all;
}

LayerMatrices matrices_of(std::span<const double> parameters, Form form, const Covariance& c, Coordinates in) {
  const std::int64_t d = c.size();
  const bool whitened = in == Coordinates::kWhitened, has_b = form == Form::kMatricesAAndB;
  LayerMatrices m;
  for (std::size_t at = 0; at < parameters.size(); at += static_cast<std::size_t>(d * d)) {
    const Square matrix(d, parameters.subspan(at));
    if (has_b && m.a.size() > m.b.size())
      m.b.push_back(whitened ? c.inverse_factor() * matrix * c.factor() : matrix);
    else
      m.a.push_back(whitened ? transposed(c.factor()) * matrix * c.factor() : matrix);
  }
  return m;
}

std::vector<double> scalars_of(const LayerMatrices& whitened) {
  std::vector<double> scalars;
  for (std::size_t l = 0; l < whitened.a.size(); ++l) {
    const auto d = static_cast<double>(whitened.a[l].size);
    scalars.push_back(-trace(whitened.a[l]) / d);
    if (l < whitened.b.size()) scalars.push_back(trace(whitened.b[l]) / d);
  }
  return scalars;
}

double largest_distance(const std::vector<Square>& matrices) {
  double largest = 0;
  for (const Square& matrix : matrices) largest = larger(largest, distance_from_identity(matrix));
  return largest;
}

}  // namespace prenorm::papers::icl_preconditioned_gd
