// Sums over the rows of a matrix, for gradients of biases and of norm weights.
#pragma once

#include <cstdint>

namespace prenorm::ops::cpu {

// Adds each of `count` contiguous rows of `columns` to sums, in order.
template <class T>
void add_rows(const T* rows, std::int64_t count, std::int64_t columns, T* sums);

}  // namespace prenorm::ops::cpu
