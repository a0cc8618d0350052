// Row numbers that come with the data are checked before memory is reached through them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace prenorm::ops {

// rows: int64 on the CPU. Errors: std::out_of_range unless each is in [0, bound).
inline void check_rows(const at::Tensor& rows, std::int64_t bound, const char* what) {
  const auto* row = rows.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < rows.numel(); ++i)
    if (row[i] < 0 || row[i] >= bound)
      throw std::out_of_range(std::string(what) + " " + std::to_string(row[i]) + " is not in [0, " +
                              std::to_string(bound) + ")");
}

}  // namespace prenorm::ops
