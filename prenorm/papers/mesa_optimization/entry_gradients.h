// The gradient of every entry of the layer at W_KQ_32 = a I, W_PV_12 = b I, all else 0, less what theory says of it,
// with its standard error over the sequences of a data set.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/mesa_optimization/attention.h"
#include "prenorm/papers/mesa_optimization/theory.h"

namespace prenorm::papers::mesa_optimization {

// The expected gradient of a sequence over its phases, for its own x_1: that of Theorem 4.1 on the diagonals of the two
// blocks. Elsewhere it is 0 (for laws that meet Assumption 4.1, after the mean over x_1), or for x_1 = ones and the
// entries off the diagonal of W_KQ_32 that of Proposition 4.2.
LayerWeights expected_gradient(const SequenceLaw& law, const std::vector<double>& start, ScalarPoint point);

struct EntryGradients {
  std::int64_t dimension = 0;
  LayerWeights mean, standard_error;  // of the gradient less the expected one
};
// One cell for each data set.
std::vector<EntryGradients> entry_gradients(const std::vector<DataSet>& data, ScalarPoint point, const Cells& cells);

// How far gradients are from what theory says, in standard errors: the farthest of each kind of entry. An entry whose
// difference from theory does not vary but for rounding counts as 0 if it is 0, as infinity if not.
struct Deviations {
  double diagonals = 0;                 // of the two blocks
  double off_diagonals = 0;             // of W_KQ_32
  double projection_off_diagonals = 0;  // of W_PV_12, for which nothing is said if x_1 = ones
  double other_blocks = 0;
};
Deviations deviations_of(const EntryGradients& gradients);

}  // namespace prenorm::papers::mesa_optimization
