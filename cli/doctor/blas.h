// Which BLAS LibTorch's matrix products really run on: it is chosen when the process starts, not when it is built.
#pragma once

#include <string>

#include "cli/doctor/check.h"

namespace prenorm::cli {

enum class BlasKind { kOpenBlasOpenMp, kOpenBlasThreads, kOpenBlasSequential, kMkl, kBlis, kReference, kUnknown };

struct Blas {
  BlasKind kind = BlasKind::kUnknown;
  std::string library;  // the file, links resolved; empty when LibTorch has it built in
  std::string version;  // in its own words, empty when it does not say
};

// The shared object that provides sgemm_ to this process.
Blas blas_in_use();

Check judge(const Blas& blas);

}  // namespace prenorm::cli
