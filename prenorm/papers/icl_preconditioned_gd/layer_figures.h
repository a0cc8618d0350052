// Figures and heat maps of a trained deep network: Figures 1 to 5.
#pragma once

#include "prenorm/papers/icl_preconditioned_gd/deep_layers.h"
#include "prenorm/papers/results.h"

namespace prenorm::papers::icl_preconditioned_gd {

// Draws the model of seed 1. `critical` is the nearest critical point, as scalars.
void add_layer_figures(Results& results, const DeepCase& c, const Trained& trained, const Trained& critical);

}  // namespace prenorm::papers::icl_preconditioned_gd
