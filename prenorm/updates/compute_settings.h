// Settings of the whole process for training and decoding: threads, kernels, rounding, memory.
#pragma once

#include <csignal>

#include "prenorm/config/runtime_config.h"

namespace prenorm::updates {

// While it lives:
// - threads and kernels are as configured;
// - numbers too small for a normal float are flushed to zero on every computing thread (of this thread's OpenMP team);
// - a write beyond the system's limit on file size is reported as an error and does not end the process
//   (SIGXFSZ is ignored).
// These settings belong to the process or to threads that outlive the object, so the destructor restores them. Objects
// may be nested.
class ComputeSettings {
 public:
  // Errors: Error if a limit on memory leaves too little for the matrix products of that many threads; those of
  // ops::cpu_level().
  explicit ComputeSettings(const RuntimeConfig& runtime);
  ~ComputeSettings();
  ComputeSettings(const ComputeSettings&) = delete;
  ComputeSettings& operator=(const ComputeSettings&) = delete;

 private:
  int threads_;
  bool kernels_, flushes_;
  struct sigaction file_size_signal_ {};
};

// Keeps freed memory of tensors for the next update instead of returning it to the system page by page; otherwise a
// Transformer's update spends its time waiting for fresh pages. The setting of malloc() cannot be restored, so library
// functions do not change it. A program that trains should call this once at its start, as the command does.
void keep_freed_memory();

// For a program that is a process of its own, such as the command: calls keep_freed_memory() and applies the settings
// until the process ends.
void set_up_process(const RuntimeConfig& runtime);

}  // namespace prenorm::updates
