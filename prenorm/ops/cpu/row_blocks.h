// How loops over the rows of a matrix are divided: always into the same blocks, however many threads share them, so
// that sums over rows do not depend on their number.
#pragma once

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstdint>

namespace prenorm::ops::cpu {

inline constexpr std::int64_t kBlockRows = 64;

inline std::int64_t row_blocks(std::int64_t rows) { return (rows + kBlockRows - 1) / kBlockRows; }

// work(block, first row, last row + 1)
template <class Work>
void for_each_row_block(std::int64_t rows, const Work& work) {
  at::parallel_for(0, row_blocks(rows), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block)
      work(block, block * kBlockRows, std::min(rows, (block + 1) * kBlockRows));
  });
}

// The bytes that so many passes over a matrix read and write, for the profile.
inline double bytes_of(const at::Tensor& x, int passes) {
  return static_cast<double>(passes) * static_cast<double>(x.nbytes());
}

}  // namespace prenorm::ops::cpu
