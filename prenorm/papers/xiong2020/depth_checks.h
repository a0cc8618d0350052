// Lemma 2 and Theorem 1 of Xiong et al. 2020, over depth, in the setting of their proofs.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/papers/xiong2020/depth_sweep.h"
#include "prenorm/papers/xiong2020/theory.h"

namespace prenorm::papers::xiong2020 {

// `sweep` is from measure_depths(). Checks that need other models (Lemma 2 under Post-LN, the gradient of a single
// position) measure them here.
std::vector<Check> check_over_depth(const TheoryOptions& options, const DepthSweep& sweep, std::int64_t d_model);

}  // namespace prenorm::papers::xiong2020
