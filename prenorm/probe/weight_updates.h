// What training added to each weight matrix of a run: figures of trained minus initial, beside those of a random matrix
// of the same shape. A random matrix has full rank but no two equal singular values, so that "low rank" only means
// something in comparison with it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "prenorm/config/stacks.h"
#include "prenorm/probe/update_figures.h"
#include "prenorm/runs/run_folder.h"

namespace prenorm::probe {

struct MatrixUpdate {
  std::optional<Layer> layer;  // nullopt outside of layers
  std::string kind;            // "self_attention.query"; outside of layers "embedding"
  double relative_norm = 0;    // ‖trained - initial‖ / ‖initial‖, Frobenius; 0 if the initial matrix is zero
  UpdateFigures figures;
  bool frozen = false;  // the run did not train it, so that it has no update
};

struct WeightUpdates {
  std::string model;       // name_of() its configuration
  std::string checkpoint;  // the trained weights
  std::string since;       // the initial ones: "seed 1", or the run of train.pretrained
  std::vector<MatrixUpdate> matrices;
  std::vector<UpdateFigures> random;  // of a Gaussian matrix, one for each shape
};

// `which`: see RunFolder::find_checkpoint. Errors: those of app::trained_from().
WeightUpdates probe_updates(const runs::RunFolder& run, const std::string& which);

// The random matrix of the same shape. Errors: DataError if there is none.
const UpdateFigures& random_beside(const WeightUpdates& updates, const UpdateFigures& figures);

}  // namespace prenorm::probe
