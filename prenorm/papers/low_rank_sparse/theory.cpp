#include "prenorm/papers/low_rank_sparse/theory.h"

#include <cmath>

namespace prenorm::papers::low_rank_sparse {
namespace {

// Each irrelevant pattern responds with -1 times this share of the response to mu_1 + mu_2 in W_K, since the gradients
// of the scores of one query sum to 0, and with +1 times it in W_Q and W_V.
double share_of_relevant_sum(const DataLaw& law, MatrixIndex matrix) {
  const double discriminative = static_cast<double>(law.relevant + law.confusing) / static_cast<double>(law.tokens);
  return matrix == kKey ? 1 : (1 - discriminative) / discriminative;
}

}  // namespace

double expected_second_cosine(const DataLaw& law, MatrixIndex matrix) {
  const double share = share_of_relevant_sum(law, matrix);
  return 1 / std::sqrt(1 + 2 * share * share / static_cast<double>(law.irrelevant()));
}

double expected_irrelevant_share(const DataLaw& law, MatrixIndex matrix) {
  return share_of_relevant_sum(law, matrix) / static_cast<double>(law.irrelevant());
}

}  // namespace prenorm::papers::low_rank_sparse
