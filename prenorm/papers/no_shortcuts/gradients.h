// Gradients of language models at initialisation, over depth.
#pragma once

#include <vector>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/experiment.h"
#include "prenorm/papers/no_shortcuts/language_models.h"

namespace prenorm::papers::no_shortcuts {

// Norms of one seed's gradients for a batch of random tokens, by layer.
struct GradientProfile {
  std::vector<double> query, value, up;
};
struct GradientProfiles {
  Arm arm = Arm::kPlain;
  std::int64_t layers = 12;
  std::vector<GradientProfile> seeds;
};
// Plain attention and the methods that preserve signals; one cell for each seed.
std::vector<GradientProfiles> measure_gradients(const ExperimentOptions& options, const Cells& cells);

}  // namespace prenorm::papers::no_shortcuts
