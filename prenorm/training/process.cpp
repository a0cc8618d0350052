#include "prenorm/training/process.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <malloc.h>
#include <sched.h>

#include <algorithm>
#include <csignal>

namespace prenorm::training {
namespace {

constexpr int kTopPadBytes = 64 << 20;

int usable_cores() {
  cpu_set_t cores;
  return sched_getaffinity(0, sizeof cores, &cores) == 0 ? std::max(1, CPU_COUNT(&cores)) : 1;
}

}  // namespace

void set_up_process(std::int64_t threads) {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
  mallopt(M_TOP_PAD, kTopPadBytes);
  std::signal(SIGXFSZ, SIG_IGN);
  at::set_num_threads(threads > 0 ? static_cast<int>(threads) : usable_cores());
  at::globalContext().setFlushDenormal(true);
}

}  // namespace prenorm::training
