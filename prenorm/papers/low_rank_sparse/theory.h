// Closed forms for two patterns while attention is uniform, which it nearly remains: see the derivation in
// docs/papers/low-rank-sparse.md. With m the mean token of a class,
//
//   updates of W_Q and W_V are v_+ m_+^T - v_- m_-^T;  that of W_K is the transpose of W_Q's.
#pragma once

#include "prenorm/papers/low_rank_sparse/model.h"

namespace prenorm::papers::low_rank_sparse {

// The smaller cosine between the plane of the top two right singular vectors and span(mu_1, mu_2); the other is 1.
double expected_second_cosine(const DataLaw& law, MatrixIndex matrix);

// |dW mu_j| of an irrelevant pattern over |dW (mu_1 + mu_2)|.
double expected_irrelevant_share(const DataLaw& law, MatrixIndex matrix);

}  // namespace prenorm::papers::low_rank_sparse
