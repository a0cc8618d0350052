// Settings of the whole process that training and decoding want: threads, and memory that is kept.
#pragma once

#include "prenorm/config/runtime_config.h"

namespace prenorm::training {

// Threads and kernels as configured. Memory that tensors give back is kept for the next update
// instead of going back to the system page by page (fresh pages are what a Transformer's update otherwise waits for).
// A file over the system's size limit becomes an error of the write, which is reported, instead of a sudden end.
// Call once, before any tensor work.
void set_up_process(const RuntimeConfig& runtime);

}  // namespace prenorm::training
