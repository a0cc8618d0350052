#include "prenorm/training/process.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <malloc.h>
#include <sched.h>

#include <algorithm>
#include <csignal>

#include "prenorm/ops/cpu_level.h"
#include "prenorm/ops/kernels.h"

namespace prenorm::training {
namespace {

constexpr int kTopPadBytes = 64 << 20;

}  // namespace

int usable_cores() {
  cpu_set_t cores;
  return sched_getaffinity(0, sizeof cores, &cores) == 0 ? std::max(1, CPU_COUNT(&cores)) : 1;
}

void set_up_process(const RuntimeConfig& runtime) {
  ops::cpu_level();         // refuses a wrong PRENORM_CPU_LEVEL before any work
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
