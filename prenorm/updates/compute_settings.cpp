#include "prenorm/updates/compute_settings.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <malloc.h>

#include <csignal>
#include <limits>

#include "prenorm/base/error.h"
#include "prenorm/machine/address_space.h"
#include "prenorm/machine/cores.h"
#include "prenorm/ops/cpu_level.h"
#include "prenorm/ops/kernels.h"

namespace prenorm::updates {
namespace {

constexpr int kTopPadBytes = 64 << 20;
// A thread's stack and its other mappings, without its buffer for matrix products.
constexpr std::size_t kThreadBytes = std::size_t{16} << 20;
// Memory for a small model and its text.
constexpr std::size_t kRestBytes = std::size_t{128} << 20;

bool flushes_denormals() {
  volatile float smallest = std::numeric_limits<float>::min();
  smallest = smallest / 2;
  return smallest == 0;
}

// Sets the flag in each thread's floating-point unit. New threads inherit it; existing threads of the team do not.
void set_flush_denormals(bool flush) {
  at::globalContext().setFlushDenormal(flush);
#pragma omp parallel
  at::globalContext().setFlushDenormal(flush);
}

void check_room(int threads) {
  const std::size_t bytes = static_cast<std::size_t>(threads) * (kBlasBufferBytes + kThreadBytes) + kRestBytes;
  if (!address_space_lacks(bytes)) return;
  throw_error<Error>(
      "the limit on this process's memory (ulimit -v or -d) leaves less than the {} MB that matrix products of {} "
      "threads "
      "take; raise it, or lower runtime.threads",
      bytes / 1'000'000, threads);
}

void apply(const RuntimeConfig& runtime) {
  ops::cpu_level();  // rejects a wrong PRENORM_CPU_LEVEL before any work
  const int threads = runtime.threads > 0 ? static_cast<int>(runtime.threads) : usable_cores();
  check_room(threads);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGXFSZ, &ignore, nullptr);
  at::set_num_threads(threads);
  ops::set_kernels_enabled(runtime.fused);
  set_flush_denormals(true);
}

}  // namespace

ComputeSettings::ComputeSettings(const RuntimeConfig& runtime)
    : threads_(at::get_num_threads()), kernels_(ops::kernels_enabled()), flushes_(flushes_denormals()) {
  ::sigaction(SIGXFSZ, nullptr, &file_size_signal_);
  apply(runtime);
}

ComputeSettings::~ComputeSettings() {
  set_flush_denormals(flushes_);
  ops::set_kernels_enabled(kernels_);
  at::set_num_threads(threads_);
  ::sigaction(SIGXFSZ, &file_size_signal_, nullptr);
}

void keep_freed_memory() {
  mallopt(M_ARENA_MAX, 1);  // memory that one worker frees can be used by another
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
  mallopt(M_TOP_PAD, kTopPadBytes);
}

void set_up_process(const RuntimeConfig& runtime) {
  keep_freed_memory();
  apply(runtime);
}

}  // namespace prenorm::updates
