// The gradient of every entry of the layer at W_KQ_32 = a I, W_PV_12 = b I, all else 0, with its standard error over the
// sequences of a data set.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/mesa_optimization/attention.h"
#include "prenorm/papers/mesa_optimization/theory.h"

namespace prenorm::papers::mesa_optimization {

struct EntryGradients {
  std::int64_t dimension = 0;
  LayerWeights mean, standard_error;
};
// At a = start.a, b = start.b. One cell for each data set.
std::vector<EntryGradients> entry_gradients(const std::vector<DataSet>& data, ScalarPoint start, const Cells& cells);

// How far gradients are from what theory says, in standard errors: the farthest of each kind of entry. An entry whose
// gradient is the same for every sequence counts as 0 if it is what theory says, as infinity if not.
struct Deviations {
  double diagonals = 0;     // of the two blocks, from d a / d tau and d b / d tau of Theorem 4.1
  double off_diagonals = 0; // of W_KQ_32, from `off_diagonal`
  double projection_off_diagonals = 0;  // of W_PV_12, from 0
  double other_blocks = 0;  // from 0
};
Deviations deviations_of(const EntryGradients& gradients, const Theory& theory, ScalarPoint start,
                         double off_diagonal);

}  // namespace prenorm::papers::mesa_optimization
