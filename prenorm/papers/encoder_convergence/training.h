// The trainings on Gaussian samples, and those of several models with the same step.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/papers/encoder_convergence/descent.h"
#include "prenorm/papers/encoder_convergence/lazy.h"

namespace prenorm::papers::encoder_convergence {

inline constexpr SampleSize kGaussianSize{40, 5, 50};

// A model, its samples and its start.
struct Training {
  Model model;
  SampleSize size = kGaussianSize;
  std::int64_t epochs = 400;
  std::uint64_t seed = 1;

  std::string name() const;  // everything that the result depends on
};

struct Trained {
  double step = 0;                          // 1 / the greatest eigenvalue of K(0)
  double least = 0, greatest = 0;           // eigenvalues of K(0)
  double alpha_squared = 0;                 // the least eigenvalue of F F^T, sigma_min(F)^2 if d_m >= N
  double output = 0, value = 0, query = 0;  // mean diagonals of the blocks of K(0)
  std::vector<double> loss, change;         // see Descent
  Movement movement;                        // every 10 epochs
  LazyDescent lazy;

  // Loss(t) <= (1 - bound())^t loss(0), according to the paper.
  double bound() const { return step * alpha_squared / 2; }
};

Trained train(const Training& training);

nlohmann::json to_json(const Trained& trained);
// Errors: JsonError.
Trained trained_from_json(const nlohmann::json& json);

// Losses of models that are trained on the same samples with the same step, the least of their 1 / eigenvalue. Each
// model's own step would hide the differences (it normalises them away).
struct SameStep {
  double step = 0;
  // By model: losses as in Descent; eigenvalues of K(0).
  std::vector<std::vector<double>> loss;
  std::vector<double> mean_eigenvalue, least_eigenvalue;
};
SameStep train_with_same_step(const std::vector<Model>& models, std::int64_t epochs, std::uint64_t seed);

}  // namespace prenorm::papers::encoder_convergence
