// The BLAS that LibTorch's matrix products really use, which is chosen when the process starts, not at build time.
#pragma once

#include <string>

#include "cli/doctor/check.h"

namespace prenorm::cli {

enum class BlasKind { kOpenBlasOpenMp, kOpenBlasThreads, kOpenBlasSequential, kMkl, kBlis, kReference, kUnknown };

struct Blas {
  BlasKind kind = BlasKind::kUnknown;
  std::string library;  // the file with links resolved; empty if it is built into LibTorch
  std::string version;  // as the library reports it; empty if it does not
};

// The shared object that provides sgemm_ to this process.
Blas blas_in_use();

Check judge(const Blas& blas);

}  // namespace prenorm::cli
