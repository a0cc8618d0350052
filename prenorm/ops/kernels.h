// Which path an operator takes: our kernels where the tensors are on the CPU, ATen's operators elsewhere, and
// everywhere while kernels are switched off (runtime.fused = false), which is how one is held against the other.
#pragma once

#include <ATen/core/Tensor.h>

namespace prenorm::ops {

void set_kernels_enabled(bool enabled);
bool kernels_enabled();

inline bool use_kernels(const at::Tensor& x) { return x.is_cpu() && kernels_enabled(); }

// Kernels off (or on) while it lives. For the whole process: not for several threads at once.
class KernelsGuard {
 public:
  explicit KernelsGuard(bool enabled) : before_(kernels_enabled()) { set_kernels_enabled(enabled); }
  ~KernelsGuard() { set_kernels_enabled(before_); }
  KernelsGuard(const KernelsGuard&) = delete;
  KernelsGuard& operator=(const KernelsGuard&) = delete;

 private:
  bool before_;
};

}  // namespace prenorm::ops
