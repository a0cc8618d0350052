// Settings of the whole process that training and decoding want: threads, and memory that is kept.
#pragma once

#include <cstdint>

namespace prenorm::training {

// `threads` = 0: one for each core this process may use. Memory that tensors give back is kept for the next update
// instead of going back to the system page by page (fresh pages are what a Transformer's update otherwise waits for).
// A file over the system's size limit becomes an error of the write, which is reported, instead of a sudden end.
// Call once, before any tensor work.
void set_up_process(std::int64_t threads);

}  // namespace prenorm::training
