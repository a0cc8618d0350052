// Constants of a stack that follow from the depth of the model: those of deepnorm (Wang et al. 2022, "DeepNet", Figure
// 2), 1 under every other placement. With N encoder and M decoder layers:
//
//                      α (residual stream)     β (initialisation gain)
//   encoder            0.81 (N⁴ M)^(1/16)      0.87 (N⁴ M)^(-1/16)
//   decoder            (3 M)^(1/4)             (12 M)^(-1/4)
//   decoder, N = 0     (2 M)^(1/4)             (8 M)^(-1/4)
#pragma once

#include "prenorm/config/model_config.h"

namespace prenorm::nn {

struct DepthScales {
  double stream = 1;       // α of LN(α x + f(x))
  double branch_gain = 1;  // β: gain of value, attention output and both feed-forward matrices
};

DepthScales encoder_scales(const ModelConfig& config);
DepthScales decoder_scales(const ModelConfig& config);

}  // namespace prenorm::nn
