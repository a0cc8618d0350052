// Character models in training, Pre-LN and Post-LN: the noise scale of the normalisations and of all weights at every
// update, on the trained model at several batch sizes, and in branches with another rate or batch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/noise_scale/character_run.h"
#include "prenorm/papers/noise_scale/setting.h"

namespace prenorm::papers::noise_scale {

// The noise scale of all weights of a model that does not change, from updates of `sequences` examples.
struct FrozenEstimate {
  double sequences = 0;
  Ratio noise_scale;
};
// A model trained on from where training ended; `noise_scale` is of the second half of the branch.
struct Branch {
  std::string name;
  double rate_factor = 1, batch_factor = 1;
  double noise_scale = 0;
};
struct TrainedModel {
  Model model;
  Series series;
  std::vector<FrozenEstimate> frozen;  // ascending
  std::vector<Branch> branches;        // the first is unchanged; Pre-LN only
};

// By placement, then seed.
std::vector<TrainedModel> study_training(const Setting& setting, const real_data::Characters& text, const Cells& cells);

}  // namespace prenorm::papers::noise_scale
