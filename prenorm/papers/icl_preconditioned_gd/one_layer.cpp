// Theorem 1: one layer of which everything is trained; Theorem 5: with ReLU.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "prenorm/papers/icl_preconditioned_gd/attention.h"
#include "prenorm/papers/icl_preconditioned_gd/models.h"
#include "prenorm/papers/icl_preconditioned_gd/parts.h"

namespace prenorm::papers::icl_preconditioned_gd {
namespace {

struct LayerCase {
  std::int64_t n;
  Weights weights;
};

std::vector<LayerCase> layer_cases(bool quick) {
  if (quick) return {{20, Weights::kIdentity}, {20, Weights::kInverseCovariance}};
  return {
      {10, Weights::kIdentity}, {20, Weights::kIdentity}, {100, Weights::kIdentity}, {20, Weights::kInverseCovariance}};
}

Model free_model(const LayerCase& c, std::uint64_t seed, bool quick) {
  const bool identity = c.weights == Weights::kIdentity;
  const Training training{.method = Method::kBfgs,
                          .steps = 500,
                          .prompts = quick ? 50'000 : 200'000,
                          .initial_deviation = 0.1,
                          .seed = seed,
                          .start = {}};
  return {fmt::format("one free layer, n {}, w* of covariance {}", c.n, identity ? "I" : "Sigma^-1"),
          free_layer_graph(c.n, c.weights, rotated_covariance(seed)), training, 200'000};
}

Model exact_fit(std::int64_t n, std::uint64_t seed) {
  Model model = recursion_model({Form::kMatricesA, 1, n, Weights::kIdentity}, Inputs::kRotated,
                                {.method = Method::kBfgs, .steps = 100, .prompts = 200'000, .seed = seed, .start = {}});
  model.test_prompts = 1000;
  return model;
}

Model relu_model(std::uint64_t seed, bool quick) {
  const Training training{.steps = quick ? 1600 : 4000,
                          .prompts = 1024,
                          .learning_rate = 0.02,
                          .halve_every = quick ? 200 : 500,
                          .clip_matrix_norm = 0,
                          .initial_deviation = 0.1,
                          .record_every = 500,
                          .seed = seed,
                          .start = {}};
  return {"one layer with ReLU, n 20", relu_layer_graph(5, 20), training};
}

// A in the eigenbasis of Sigma: its diagonal against theory's, and what is beside it.
struct InEigenbasis {
  std::vector<double> a;
  double beside = 0;  // Frobenius norms, relative
  double worst = 0;   // largest |a_i / theory - 1|

  InEigenbasis(const Square& matrix, const Covariance& c, const std::vector<double>& theory) {
    Square rotated = transposed(c.rotation) * matrix * c.rotation;
    const double norm = frobenius_norm(rotated);
    for (std::int64_t i = 0; i < rotated.size; ++i) {
      a.push_back(rotated(i, i));
      worst = larger(worst, std::abs(a.back() / theory[a.size() - 1] - 1));
      rotated(i, i) = 0;
    }
    beside = frobenius_norm(rotated) / norm;
  }
};

using LayerSetting = std::vector<std::pair<std::string, double>>;

LayerSetting layer_setting(std::int64_t n, std::uint64_t seed) {
  return {{"n", static_cast<double>(n)}, {"seed", static_cast<double>(seed)}};
}

void check_theorem_1(Results& results, const LayerCase& c, std::uint64_t seed, const Trained& trained) {
  const Covariance covariance = rotated_covariance(seed);
  const OneLayer best = best_layer(covariance.eigenvalues(), c.n, c.weights);
  const double step_loss = best_step(covariance.eigenvalues(), c.n, c.weights).loss;
  const FreeLayer layer = free_layer(trained.last(), covariance.size());
  const InEigenbasis found(layer.a, covariance, best.a);
  const LayerSetting at = layer_setting(c.n, seed);
  const auto add = [&](std::string name, double measured, double predicted, Interval accepted, std::string what) {
    results.checks.push_back({std::move(name), "Theorem 1", at, measured, predicted, accepted, std::move(what)});
  };
  // The smallest eigenvalue, 1/16, has index 3.
  const double shrunk = best.a[3];
  add("theorem_1_shrunk_entry", found.a[3], shrunk, {0.9 * shrunk, 1.1 * shrunk},
      "entry of the trained -Q for the eigenvalue 1/16; Σ⁻¹ has 16");
  add("theorem_1_entries", found.worst, 0, {0, 0.1}, "largest |a_i / theory - 1| of the five entries");
  add("theorem_1_eigenvectors", found.beside, 0, {0, 0.1}, "‖-Q off the diagonal‖ / ‖Q‖ in the eigenbasis of Σ");
  add("theorem_1_zeros", layer.zero_entries, 0, {0, 0.1},
      "largest entry of P and Q that the theorem has 0, with P's corner made 1, relative to 1 and ‖Q‖");
  add("theorem_1_loss", trained.test / best.loss, 1, {0.98, 1.02}, "test loss over the optimum's");
  add("theorem_1_below_gd", trained.test / step_loss, best.loss / step_loss, {0, 0.995},
      "test loss over that of the best step of gradient descent");
}

void check_swapped(Results& results, const LayerCase& c, std::uint64_t seed, const Trained& trained) {
  const Covariance covariance = rotated_covariance(seed);
  const OneLayer best = best_layer(covariance.eigenvalues(), c.n, c.weights);
  const Square whitened = transposed(covariance.factor()) * free_layer(trained.last(), 5).a * covariance.factor();
  const LayerSetting at = layer_setting(c.n, seed);
  const double scale = trace(whitened) / 5, predicted = best.a[0];
  results.checks.push_back({"swapped_scale",
                            "Theorem 3, one layer",
                            at,
                            scale,
                            predicted,
                            {0.95 * predicted, 1.05 * predicted},
                            "tr(-Q Σ)/d with w* ~ N(0, Σ⁻¹): n/(n + d + 1), no shrinkage"});
  results.checks.push_back({"swapped_distance",
                            "Theorem 3, one layer",
                            at,
                            distance_from_identity(whitened),
                            0,
                            {0, 0.1},
                            "Dist(Σ^½ Q Σ^½, I)"});
  results.checks.push_back({"swapped_loss",
                            "Theorem 3, one layer",
                            at,
                            trained.test / best.loss,
                            1,
                            {0.98, 1.02},
                            "test loss over the optimum's"});
}

void check_fit(Results& results, std::int64_t n, std::uint64_t seed, const Trained& trained) {
  const Covariance covariance = rotated_covariance(seed);
  const OneLayer best = best_layer(covariance.eigenvalues(), n, Weights::kIdentity);
  const InEigenbasis found(-1.0 * Square(5, trained.last()), covariance, best.a);
  results.checks.push_back({"theorem_1_full_batch",
                            "Theorem 1",
                            layer_setting(n, seed),
                            found.worst,
                            0,
                            {0, 0.01},
                            "largest |a_i / theory - 1| of the minimum on 200,000 prompts"});
}

void check_relu(Results& results, std::uint64_t seed, const Trained& trained) {
  const ReluLayer best = best_relu_layer(5, 20);
  const Square a = -1.0 * Square(5, trained.last());
  const LayerSetting at = layer_setting(20, seed);
  results.checks.push_back({"theorem_5_scale",
                            "Theorem 5",
                            at,
                            trace(a) / 5,
                            best.c,
                            {0.95 * best.c, 1.05 * best.c},
                            "tr(-Q)/d of a trained layer with ReLU"});
  results.checks.push_back(
      {"theorem_5_distance", "Theorem 5", at, distance_from_identity(a), 0, {0, 0.1}, "Dist(Q, I) of this layer"});
  results.checks.push_back({"theorem_5_loss",
                            "Theorem 5",
                            at,
                            trained.test / best.loss,
                            1,
                            {0.98, 1.02},
                            "its test loss over the optimum's"});
}

}  // namespace

void add_one_layer(Results& results, const ExperimentOptions& options, const Cells& cells) {
  const std::vector<LayerCase> cases = layer_cases(options.quick);
  std::vector<Model> models;
  for (std::int64_t i = 1; i <= options.seeds; ++i) {
    const auto seed = static_cast<std::uint64_t>(i);
    for (const LayerCase& c : cases) models.push_back(free_model(c, seed, options.quick));
    for (const LayerCase& c : cases)
      if (c.weights == Weights::kIdentity) models.push_back(exact_fit(c.n, seed));
    models.push_back(relu_model(seed, options.quick));
  }
  const std::vector<Trained> trained = train_all("one layer", models, cells);
  auto next = trained.begin();
  for (std::int64_t i = 1; i <= options.seeds; ++i) {
    const auto seed = static_cast<std::uint64_t>(i);
    for (const LayerCase& c : cases)
      (c.weights == Weights::kIdentity ? check_theorem_1 : check_swapped)(results, c, seed, *next++);
    for (const LayerCase& c : cases)
      if (c.weights == Weights::kIdentity) check_fit(results, c.n, seed, *next++);
    check_relu(results, seed, *next++);
  }
}

}  // namespace prenorm::papers::icl_preconditioned_gd
