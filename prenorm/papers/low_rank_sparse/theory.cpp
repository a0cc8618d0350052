#include "prenorm/papers/low_rank_sparse/theory.h"

#include <algorithm>
#include <cmath>

namespace prenorm::papers::low_rank_sparse {
namespace {

// Each irrelevant pattern takes an equal part of this share of the response to mu_1 + mu_2. In W_K the parts of all
// patterns add up to 0, since the gradients of the scores of one query do. In W_Q and W_V they are as the patterns'
// shares of the tokens.
double share_of_relevant_sum(const DataLaw& law, MatrixIndex matrix) {
  const double discriminative = static_cast<double>(law.relevant + law.confusing) / static_cast<double>(law.tokens);
  return matrix == kKey ? 1 : (1 - discriminative) / discriminative;
}

}  // namespace

double expected_second_cosine(const DataLaw& law, MatrixIndex matrix) {
  const double share = share_of_relevant_sum(law, matrix);
  return 1 / std::sqrt(1 + 2 * share * share / static_cast<double>(law.irrelevant()));
}

double response_ratio(const MatrixOutcome& matrix) {
  return matrix.irrelevant_response(2) / matrix.relevant_response(2);
}

double expected_response_ratio(const DataLaw& law, MatrixIndex matrix, const MatrixOutcome& outcome) {
  const double part = share_of_relevant_sum(law, matrix) / static_cast<double>(law.irrelevant());
  return part * outcome.response_to_sum / outcome.relevant_response(2);
}

double expected_pruned_hinge(double margin, double large, double pruned) {
  return std::clamp(1 - margin * (1 - pruned / large), 0.0, 1.0);
}

}  // namespace prenorm::papers::low_rank_sparse
