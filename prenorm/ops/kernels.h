// The path that an operator takes: our kernels if the tensors are on the CPU, ATen's operators on other devices, and
// everywhere while kernels are switched off (runtime.fused = false), which allows comparing the two.
#pragma once

#include <ATen/core/Tensor.h>

namespace prenorm::ops {

void set_kernels_enabled(bool enabled);
bool kernels_enabled();

inline bool use_kernels(const at::Tensor& x) { return x.is_cpu() && kernels_enabled(); }

// Switches kernels off (or on) during its lifetime. It applies to the whole process, so only one thread may use it at a
// time.
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
