// The algorithms that trained networks are compared with, as graphs over the same tokens. With X the context's inputs
// [d, N] and y its labels less what was explained so far, one step is
//
//   GD     y <- y - (eta/N) y X^T X,          explained(x) <- explained(x) + (eta/N) y X^T x
//   GD++   the same, and X <- X - gamma X X^T X, x <- x - gamma X X^T x       (von Oswald et al. 2022, appendix A.10)
//   PGD    eta/N y X^T A in place of eta/N y X^T, for a matrix A              (Ahn et al. 2023, lemma 1)
#pragma once

#include <cstdint>

#include "prenorm/papers/in_context/predictor.h"

namespace prenorm::papers::in_context {

struct DescentSteps {
  std::int64_t steps = 1;
  bool transforms_inputs = false;  // GD++
  bool tied = true;                // all steps have the rates of the first
  double clip = 0;                 // elements of tokens into [-clip, clip] after each step; 0 = never
};

// Parameters, step after step (tied: of one step): eta/N, then gamma for GD++.
template <class T>
Predictor<T> descent_predictor(const DescentSteps& steps, const Regression& problem,
                               Objective objective = Objective::kHalfSquaredError);

// The eta/N in [low, high] of least loss, to `tolerance` of it, by golden sections: the loss over eta is one valley.
template <class T>
double best_rate(const Predictor<T>& descent, const batched::Batch<T>& batch, double low, double high,
                 double tolerance = 1e-4);

}  // namespace prenorm::papers::in_context
