#include "prenorm/updates/compute_settings.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>
#include <sys/resource.h>

#include <limits>
#include <vector>

#include "prenorm/base/error.h"
#include "prenorm/ops/kernels.h"

namespace prenorm::updates {
namespace {

using ::testing::Each;

bool flushes() {
  volatile float smallest = std::numeric_limits<float>::min();
  smallest = smallest / 2;
  return smallest == 0;
}

// Whether each thread of a team flushes numbers to zero that are too small.
std::vector<int> flushes_by_thread(int threads) {
  std::vector<int> found(static_cast<std::size_t>(threads), -1);
#pragma omp parallel num_threads(threads)
  found[static_cast<std::size_t>(omp_get_thread_num())] = flushes() ? 1 : 0;
  return found;
}

auto file_size_handler() {
  struct sigaction now {};
  ::sigaction(SIGXFSZ, nullptr, &now);
  return now.sa_handler;
}

TEST(ComputeSettings, HoldOnEveryThreadAndArePutBack) {
  const int threads = at::get_num_threads();
  const auto handler = file_size_handler();
  EXPECT_THAT(flushes_by_thread(2), Each(0)) << "threads that are there before";
  {
    RuntimeConfig runtime;
    runtime.threads = 2;
    runtime.fused = false;
    const updates::ComputeSettings settings(runtime);
    EXPECT_EQ(at::get_num_threads(), 2);
    EXPECT_FALSE(ops::kernels_enabled());
    EXPECT_EQ(file_size_handler(), SIG_IGN);
    EXPECT_THAT(flushes_by_thread(2), Each(1));
    runtime.fused = true;
    { const updates::ComputeSettings inner(runtime); }
    EXPECT_FALSE(ops::kernels_enabled());
    EXPECT_THAT(flushes_by_thread(2), Each(1));
  }
  EXPECT_EQ(at::get_num_threads(), threads);
  EXPECT_TRUE(ops::kernels_enabled());
  EXPECT_EQ(file_size_handler(), handler);
  EXPECT_THAT(flushes_by_thread(2), Each(0));
}

TEST(ComputeSettings, TooLittleRoomForTheThreadsIsAnError) {
  rlimit before{};
  ::getrlimit(RLIMIT_DATA, &before);
  const rlimit small{std::size_t{1} << 30, before.rlim_max};
  ::setrlimit(RLIMIT_DATA, &small);
  RuntimeConfig runtime;
  runtime.threads = 100;
  std::string message = "no error";
  try {
    const updates::ComputeSettings settings(runtime);
  } catch (const Error& error) {
    message = error.what();
  }
  ::setrlimit(RLIMIT_DATA, &before);
  EXPECT_THAT(message,
              testing::HasSubstr("MB that matrix products of 100 threads take; raise it, or lower runtime.threads"));
}

}  // namespace
}  // namespace prenorm::updates
