// Settings of the whole process that training and decoding want: threads, kernels, how numbers are rounded, memory.
#pragma once

#include <csignal>

#include "prenorm/config/runtime_config.h"

namespace prenorm::updates {

// While it lives:
// - threads and kernels are as configured;
// - numbers too small for a normal float are zero, on every thread that computes (of this thread's OpenMP team);
// - a file over the system's size limit is an error of the write, which is reported, and not the end of the process
//   (SIGXFSZ is ignored).
// All of these belong to the process or to threads that outlive it; they are put back. Objects may be nested.
class ComputeSettings {
 public:
  // Errors: Error where a limit on memory leaves too little for the matrix products of so many threads;
  // those of ops::cpu_level().
  explicit ComputeSettings(const RuntimeConfig& runtime);
  ~ComputeSettings();
  ComputeSettings(const ComputeSettings&) = delete;
  ComputeSettings& operator=(const ComputeSettings&) = delete;

 private:
  int threads_;
  bool kernels_, flushes_;
  struct sigaction file_size_signal_ {};
};

// Memory that tensors give back is kept for the next update instead of going back to the system page by page: fresh
// pages are what a Transformer's update otherwise waits for. It is a setting of malloc() that cannot be put back, so
// functions of the library do not make it; a program that trains should, once and early, as the command does.
void keep_freed_memory();

// For a program that is its own process, as the command: keep_freed_memory(), and the settings until the process ends.
void set_up_process(const RuntimeConfig& runtime);

}  // namespace prenorm::updates
