// Limits on the memory that a process may map (`ulimit -v`, `ulimit -d`, set by batch systems).
//
// OpenBLAS maps a buffer for each thread, some when it is loaded and one for each thread that multiplies matrices. If
// that fails, it retries for ever, so we check beforehand whether enough is left.
#pragma once

#include <cstddef>

namespace prenorm {

// The size of each of OpenBLAS's buffers, on the processors where they are largest.
inline constexpr std::size_t kBlasBufferBytes = std::size_t{128} << 20;

// Whether a limit is set and leaves less than `bytes`. May be called before any constructor has run.
bool address_space_lacks(std::size_t bytes);

}  // namespace prenorm
