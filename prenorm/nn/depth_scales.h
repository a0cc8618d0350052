// Constants of a stack that follow from the depth of the model: those of deepnorm (Wang et al. 2022, "DeepNet", Figure
// 2), 1 under every other placement. With N encoder and M decoder layers:
//
//                      α (residual stream)     β (initialisation gain)
//   encoder            0.81 (N⁴ M)^(1/16)      0.87 (N⁴ M)^(-1/16)
//   decoder            (3 M)^(1/4)             (12 M)^(-1/4)
//   one stack alone    (2 L)^(1/4)             (8 L)^(-1/4)            of L layers
//
// and, where model.init_depth_scaled asks for it, the gain 1/√branches of what a branch adds to the stream (Radford et
// al. 2019, "GPT-2", section 2.3).
#pragma once

#include "prenorm/config/model_config.h"

namespace prenorm::nn {

// Gains of the matrices of a branch as they start.
struct BranchGains {
  double inner = 1;   // of value and first feed-forward matrices: β
  double output = 1;  // of attention output and second feed-forward matrices: β, and the root of the branches
};

struct DepthScales {
  double stream = 1;  // α of LN(α x + f(x))
  BranchGains gains;
};

DepthScales encoder_scales(const ModelConfig& config);
DepthScales decoder_scales(const ModelConfig& config);

}  // namespace prenorm::nn
