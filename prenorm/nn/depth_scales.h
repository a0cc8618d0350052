// Constants of a residual connection that follow from the depth of the model: those of deepnorm (Wang et al. 2022,
// "DeepNet", Figure 2), 1 under placements without such a scale. With N encoder and M decoder layers:
//
//                      α (residual stream)     β (initialisation gain)
//   encoder            0.81 (N⁴ M)^(1/16)      0.87 (N⁴ M)^(-1/16)
//   decoder            (3 M)^(1/4)             (12 M)^(-1/4)
//   one stack alone    (2 L)^(1/4)             (8 L)^(-1/4)            of L layers
//
// If model.init_depth_scaled is set, what a branch adds to the stream starts with a gain of 1/√branches (Radford et al.
// 2019, "GPT-2", section 2.3).
#pragma once

#include "prenorm/config/model_config.h"
#include "prenorm/config/stacks.h"

namespace prenorm::nn {

// Initial gains of the matrices of a branch.
struct BranchGains {
  double inner = 1;   // of value and first feed-forward matrices: β
  double output = 1;  // of attention output and second feed-forward matrices: β, and the root of the branches
};

struct DepthScales {
  double stream = 1;  // α of LN(α x + f(x))
  BranchGains gains;
};

// `config` has no layers in a stack that the model does not have.
DepthScales depth_scales(const ModelConfig& config, const Place& place);

}  // namespace prenorm::nn
