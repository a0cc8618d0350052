// Lemma 2 and Theorem 1 of Xiong et al. 2020, over depth, in the setting of their proofs.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/papers/xiong2020/theory.h"

namespace prenorm::papers {

std::vector<Check> check_over_depth(const TheoryOptions& options, std::int64_t d_model);

}  // namespace prenorm::papers
