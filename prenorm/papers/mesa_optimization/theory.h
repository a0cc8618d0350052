// What Zheng et al. 2024 derive for weights that keep the form of the start, W_KQ_32 = a I and W_PV_12 = b I: the loss,
// where gradient flow takes a b, and how fast (Theorem 4.1 and its proof).
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/papers/mesa_optimization/sequences.h"

namespace prenorm::papers::mesa_optimization {

// Moments of x_1: E x_j^2, kappa_1 = E x_j^4, kappa_2 = E x_j^6, kappa_3 = sum over r != j of E x_j^2 x_r^4.
struct StartMoments {
  double square = 0, kappa_1 = 0, kappa_2 = 0, kappa_3 = 0;
};
StartMoments population_moments(const SequenceLaw& law);

struct Theory {
  double dimension = 0;
  double terms = 0;         // T - 2, the number of terms of the loss
  double harmonic_sum = 0;  // sum over t = 2 ... T-1 of 1/(t - 1)
  double square = 0;        // E x_j^2
  double c1 = 0, c2 = 0;    // (T-2) kappa_2 + H kappa_3 and (T-2) kappa_1

  double optimum() const { return c2 / c1; }  // the limit of a b for a finite T
  double loss(double product) const {
    return dimension / 2 * (terms * square - 2 * product * c2 + product * product * c1);
  }
  double null_loss() const { return loss(0); }
  double least_loss() const { return loss(optimum()); }

  // Gradient flow from a = b = start: a b after `time`, which is rate times epochs, and when a b is half its limit.
  double flow_product(double start, double time) const;
  double half_time(double start) const;
};
Theory theory_of(const SequenceLaw& law, const StartMoments& moments);

// For x_1 = ones: the a b at which the gradient of the entries off the diagonal of W_KQ_32 vanishes (Proposition 4.2),
// and that gradient.
double ones_off_diagonal_optimum(const SequenceLaw& law);
double ones_off_diagonal_gradient(const SequenceLaw& law, double a, double b);

struct ScalarPoint {
  double a = 0, b = 0;
  double product() const { return a * b; }
};
// Gradient descent on one diagonal entry of each block: the start, then the point after each epoch.
std::vector<ScalarPoint> scalar_descent(const Theory& theory, ScalarPoint start, double rate, std::int64_t epochs);

}  // namespace prenorm::papers::mesa_optimization
