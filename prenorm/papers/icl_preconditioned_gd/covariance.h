// What the inputs x ~ N(0, Sigma) of a prompt are drawn from.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/papers/icl_preconditioned_gd/square.h"

namespace prenorm::papers::icl_preconditioned_gd {

// Sigma = U D^2 U^T.
struct Covariance {
  std::vector<double> deviations;  // D, the square roots of the eigenvalues
  Square rotation;                 // U, orthogonal

  std::int64_t size() const { return rotation.size; }
  std::vector<double> eigenvalues() const;
  Square factor() const;          // S = U D: x = S z with z ~ N(0, I)
  Square inverse_factor() const;  // D^-1 U^T
  Square matrix() const;          // Sigma
  Square inverse() const;         // Sigma^-1
};

Covariance identity_covariance(std::int64_t size = 5);

// The covariance of the paper's experiments (section 5): eigenvalues 1, 1, 1/4, 1/16, 1, and a random rotation for each
// seed.
Covariance rotated_covariance(std::uint64_t seed);

}  // namespace prenorm::papers::icl_preconditioned_gd
