// Checks of Lemmas 1 and 3 of Xiong et al. 2020 on single operators.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/papers/xiong2020/theory.h"

namespace prenorm::papers::xiong2020 {

std::vector<Check> check_lemma_1(std::int64_t d_model, std::uint64_t seed = 1);
std::vector<Check> check_lemma_3(std::int64_t d_model, std::uint64_t seed = 1);

}  // namespace prenorm::papers::xiong2020
