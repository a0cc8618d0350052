// Checks of LibTorch and its use of this machine.
#pragma once

#include "cli/doctor/check.h"

namespace prenorm::cli {

Check check_libtorch();
// The level of instructions that our own kernels use.
Check check_kernels();
Check check_devices();
// The number of threads that training uses.
Check check_threads();
// The rate of single-precision matrix products of a Transformer's shape; takes about 0.3 s.
Check check_matrix_products();

}  // namespace prenorm::cli
