// Updates of low rank: trained weights replaced by the initial ones plus the best approximation of what training added.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/nn/weight_matrices.h"

namespace prenorm::pruning {

// What a truncation kept of the updates of all matrices in layers.
struct Truncation {
  std::int64_t matrices = 0;
  double energy_kept = 0;  // share of the sum of their squared Frobenius norms; 1 if nothing was trained
};

// The largest rank that a matrix in a layer can have.
std::int64_t largest_rank(const std::vector<nn::WeightMatrix>& matrices);

// Truncates the update of each matrix in a layer to this rank (Eckart & Young 1936), in double precision. Embeddings
// and heads stay as they are. `initial` and `trained` are the same matrices in the same order.
Truncation truncate_updates(const std::vector<nn::WeightMatrix>& initial, const std::vector<nn::WeightMatrix>& trained,
                            std::int64_t rank);

}  // namespace prenorm::pruning
