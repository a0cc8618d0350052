// Checks of the gradient over the layers of a complete decoder: causal multi-head attention and cross-attention, Xavier
// uniform weights, tied embeddings, Zipf-like tokens (Xiong et al. 2020, figure 3(a), (b) at initialisation).
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/papers/xiong2020/theory.h"

namespace prenorm::papers::xiong2020 {

std::vector<Check> check_profiles(const TheoryOptions& options, std::int64_t d_model);

}  // namespace prenorm::papers::xiong2020
