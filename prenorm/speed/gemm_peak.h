// How fast this machine multiplies matrices of the shapes a model has: what all else is held against.
#pragma once

#include <cstdint>
#include <map>

#include "prenorm/ops/gemm.h"

namespace prenorm::speed {

// Products of each kind and width, with their most usual number of rows, on every worker at once, operands in place:
// the rate at which the recorded FLOPs would be done if each product ran as it does here, by our own kernel or by the
// BLAS, whichever is faster (best of several rounds). Takes some seconds.
double gemm_peak_flops(const std::map<ops::GemmShape, std::int64_t>& record, std::int64_t workers);

}  // namespace prenorm::speed
