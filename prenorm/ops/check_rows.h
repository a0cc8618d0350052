// Row numbers that come with the data are checked before memory is reached through them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "prenorm/base/error.h"

namespace prenorm::ops {

// rows: int64 on the CPU. Errors: Error unless each is in [0, bound).
inline void check_rows(const at::Tensor& rows, std::int64_t bound, const char* what) {
  const auto* row = rows.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < rows.numel(); ++i)
    if (row[i] < 0 || row[i] >= bound) throw_error<Error>("{} {} is not in [0, {})", what, row[i], bound);
}

}  // namespace prenorm::ops
