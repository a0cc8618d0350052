// The matrix-product speed of this machine on the shapes of a model, the baseline that efficiency is measured against.
#pragma once

#include <cstdint>
#include <map>

#include "prenorm/ops/gemm.h"

namespace prenorm::speed {

// Runs products of each kind and width, with their most frequent number of rows, on every worker at once with operands
// in place. Returns the rate at which the recorded FLOPs would be done if each product ran at that speed, with our own
// kernel or the BLAS, whichever is faster (best of several rounds). Takes some seconds.
double gemm_peak_flops(const std::map<ops::GemmShape, std::int64_t>& record, std::int64_t workers);

}  // namespace prenorm::speed
