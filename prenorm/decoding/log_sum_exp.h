// log Σ exp(x): what turns logits into log-probabilities.
#pragma once

#include <cstdint>

namespace prenorm::decoding {

// Relative error of the sum about 1e-7 (float) or 1e-15 (double). Not finite if any value is NaN or +Inf, or all are
// -Inf, or count is 0.
template <class T>
double log_sum_exp(const T* values, std::int64_t count);

}  // namespace prenorm::decoding
