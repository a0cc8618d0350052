// Sums over the rows of a matrix, as gradients of biases and of norm weights are.
#pragma once

#include <cstdint>

namespace prenorm::ops::cpu {

// sums += each of `count` contiguous rows of `columns`, in order.
template <class T>
void add_rows(const T* rows, std::int64_t count, std::int64_t columns, T* sums);

}  // namespace prenorm::ops::cpu
