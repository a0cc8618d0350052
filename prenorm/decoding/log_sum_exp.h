// log Σ exp(x), which turns logits into log-probabilities.
#pragma once

#include <cstdint>

namespace prenorm::decoding {

// The relative error of the sum is about 1e-7 (float) or 1e-15 (double). Not finite if any value is NaN or +Inf, all
// are -Inf, or count is 0.
template <class T>
double log_sum_exp(const T* values, std::int64_t count);

}  // namespace prenorm::decoding
