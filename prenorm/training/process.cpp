#include "prenorm/training/process.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <malloc.h>

#include <csignal>

#include "prenorm/base/cores.h"
#include "prenorm/ops/kernels.h"

namespace prenorm::training {
namespace {

constexpr int kTopPadBytes = 64 << 20;

}  // namespace

void set_up_process(const RuntimeConfig& runtime) {
  mallopt(M_ARENA_MAX, 1);  // what one worker gives back, another can take
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
  mallopt(M_TOP_PAD, kTopPadBytes);
  std::signal(SIGXFSZ, SIG_IGN);
  at::set_num_threads(runtime.threads > 0 ? static_cast<int>(runtime.threads) : usable_cores());
  ops::set_kernels_enabled(runtime.fused);
  at::globalContext().setFlushDenormal(true);
}

}  // namespace prenorm::training
