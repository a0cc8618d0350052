// Limits on memory that a process may map (`ulimit -v`, `ulimit -d`; batch systems set them).
//
// OpenBLAS maps a buffer for each thread, some when it is loaded and one for each thread that multiplies matrices.
// Where that fails it tries again for ever. So it is asked beforehand whether there is room.
#pragma once

#include <cstddef>

namespace prenorm {

// The size of each of OpenBLAS's buffers, on the processors where they are largest.
inline constexpr std::size_t kBlasBufferBytes = std::size_t{128} << 20;

// Whether a limit is set and leaves less than `bytes`. May be called before any constructor has run.
bool address_space_lacks(std::size_t bytes);

}  // namespace prenorm
