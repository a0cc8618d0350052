// Closed forms for two patterns while attention is uniform, which it nearly remains: see the derivation in
// docs/papers/low-rank-sparse.md. With m the mean token of a class,
//
//   updates of W_Q and W_V are v_+ m_+^T - v_- m_-^T;  that of W_K is the transpose of W_Q's.
#pragma once

#include "prenorm/papers/low_rank_sparse/outcome.h"

namespace prenorm::papers::low_rank_sparse {

// The smaller cosine between the plane of the top two right singular vectors and span(mu_1, mu_2); the other is 1.
double expected_second_cosine(const DataLaw& law, MatrixIndex matrix);

// The mean |dW mu_j| of irrelevant patterns over that of mu_1 and mu_2: as measured, and as follows from the responses
// to mu_1, mu_2 and mu_1 + mu_2.
double response_ratio(const MatrixOutcome& matrix);
double expected_response_ratio(const DataLaw& law, MatrixIndex matrix, const MatrixOutcome& outcome);

// The hinge loss without the share `pruned` of the neurons, if the large rows, a share `large` of all, are pruned first
// and contribute the same to the margin.
double expected_pruned_hinge(double margin, double large, double pruned);

}  // namespace prenorm::papers::low_rank_sparse
