#include "prenorm/updates/worker_count.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "prenorm/base/error.h"
#include "prenorm/runs/same_run.h"

namespace prenorm::updates {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

TEST(WorkerCount, IsTheConfiguredOneOrAThreadEach) {
  for (const std::int64_t memory : {kMiB, 1000 * kMiB}) {
    EXPECT_EQ(worker_count({.workers = 3}, 8, 100 * kMiB, memory), 3) << "chosen: nothing else counts";
    EXPECT_EQ(worker_count({.workers = 9}, 8, 100 * kMiB, memory), 8);
  }
  EXPECT_EQ(worker_count({}, 5, 100 * kMiB, 1000 * kMiB), 5) << "just half of the memory";
  EXPECT_EQ(worker_count({}, 1, 100 * kMiB, kMiB), 1) << "there is no smaller number";
  EXPECT_EQ(worker_count({}, 4, 0, kMiB), 4);
}

// Formerly the number silently became 1, which changed the bits.
TEST(WorkerCount, DoesNotFollowTheMemoryButSaysWhatToSet) {
  try {
    worker_count({}, 6, 100 * kMiB, 1000 * kMiB);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("6 workers with gradients of 100 MiB each"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("1000 MiB of memory here; set runtime.workers = 5"));
  }
  EXPECT_THROW(worker_count({}, 2, 100 * kMiB, kMiB), UsageError);
}

TEST(OtherBits, HaveTheirReasons) {
  runs::TrainerState before, now;
  EXPECT_TRUE(other_bits(before, now).empty());
  now.workers = 2;
  now.cpu_level = "x86-64-v3";
  EXPECT_TRUE(other_bits(before, now).empty()) << "an older checkpoint does not say";
  before = now;
  EXPECT_TRUE(other_bits(before, now).empty());
  before.workers = 4;
  EXPECT_THAT(other_bits(before, now), ::testing::ElementsAre(::testing::HasSubstr("set runtime.workers = 4")));
  before.cpu_level = "x86-64-v4";
  EXPECT_EQ(other_bits(before, now).size(), 2);
}

}  // namespace
}  // namespace prenorm::updates
