#include "prenorm/papers/icl_preconditioned_gd/theory.h"

#include <numeric>

namespace prenorm::papers::icl_preconditioned_gd {
namespace {

// With G = 1/n sum x x^T and A = U diag(a) U^T, the loss is sum_i share_i (1 - 2 a_i lambda_i + a_i^2 second_i). For
// w* ~ N(0, I), second are the eigenvalues of E[G^2] = (n + 1)/n Sigma^2 + tr(Sigma)/n Sigma and share is lambda; for
// w* ~ N(0, Sigma^-1), both are those of Sigma = I, with a_i lambda_i in place of a_i.
struct StepMoments {
  std::vector<double> lambda, second, share;

  StepMoments(std::span<const double> eigenvalues, std::int64_t examples, Weights weights)
      : lambda(eigenvalues.begin(), eigenvalues.end()) {
    const auto n = static_cast<double>(examples), d = static_cast<double>(lambda.size());
    const double total = std::accumulate(lambda.begin(), lambda.end(), 0.0);
    for (const double l : lambda) {
      const bool identity = weights == Weights::kIdentity;
      second.push_back((n + 1) / n * l * l + (identity ? total * l : d * l * l) / n);
      share.push_back(identity ? l : 1);
    }
  }

  OneLayer at(std::vector<double> a) const {
    double loss = 0;
    for (std::size_t i = 0; i < a.size(); ++i) loss += share[i] * (1 - 2 * a[i] * lambda[i] + a[i] * a[i] * second[i]);
    return {std::move(a), loss};
  }
};

}  // namespace

OneLayer best_layer(std::span<const double> eigenvalues, std::int64_t n, Weights weights) {
  const StepMoments m(eigenvalues, n, weights);
  std::vector<double> a;
  for (std::size_t i = 0; i < m.lambda.size(); ++i) a.push_back(m.lambda[i] / m.second[i]);
  return m.at(std::move(a));
}

OneLayer best_step(std::span<const double> eigenvalues, std::int64_t n, Weights weights) {
  const StepMoments m(eigenvalues, n, weights);
  double slope = 0, curvature = 0;
  for (std::size_t i = 0; i < m.lambda.size(); ++i) {
    slope += m.share[i] * m.lambda[i];
    curvature += m.share[i] * m.second[i];
  }
  return m.at(std::vector<double>(m.lambda.size(), slope / curvature));
}

ReluLayer best_relu_layer(std::int64_t inputs, std::int64_t examples) {
  const auto d = static_cast<double>(inputs), n = static_cast<double>(examples);
  const double c = 1 / ((n - 1) / (2 * n) + (d + 2) / n);
  return {c, d * (1 - c / 2)};
}

}  // namespace prenorm::papers::icl_preconditioned_gd
