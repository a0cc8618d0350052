// Constants of a residual connection that follow from the depth of the model: those of deepnorm (Wang et al. 2022,
// "DeepNet", Figure 2), 1 under placements without such a scale. With N encoder and M decoder layers:
//
//                      α (residual stream)     β (initialisation gain)
//   encoder            0.81 (N⁴ M)^(1/16)      0.87 (N⁴ M)^(-1/16)
//   decoder            (3 M)^(1/4)             (12 M)^(-1/4)
//   one stack alone    (2 L)^(1/4)             (8 L)^(-1/4)            of L layers
//
// If model.init_depth_scaled is set, a branch's output matrix starts with an additional gain of 1/√branches (Radford et
// al. 2019, "GPT-2", section 2.3).
#pragma once

#include "prenorm/config/model_config.h"
#include "prenorm/config/stacks.h"

namespace prenorm::nn {

// Initial gains of the matrices of a branch.
struct BranchGains {
  double inner = 1;   // value and first feed-forward matrices: β
  double output = 1;  // attention output and second feed-forward matrices: β, times 1/√branches if depth-scaled
};

struct DepthScales {
  double stream = 1;  // α of LN(α x + f(x))
  BranchGains gains;
};

// In `config`, a stack that the model lacks has no layers.
DepthScales depth_scales(const ModelConfig& config, const Place& place);

}  // namespace prenorm::nn
