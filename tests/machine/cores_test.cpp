#include "prenorm/machine/cores.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <filesystem>

#include "files/temporary_folder.h"
#include "prenorm/files/file.h"

namespace prenorm {
namespace {

namespace fs = std::filesystem;

// A tree of control groups, /batch/job inside /batch, and a process of the inner one.
class CoreQuota : public testing::Test {
 protected:
  CoreQuota() {
    fs::create_directories(folder_ / "groups/batch/job");
    write_file_atomically(folder_ / "membership", "0::/batch/job\n");
  }
  void limit(const std::string& group, const std::string& line) const {
    write_file_atomically(folder_ / "groups" / group / "cpu.max", line + "\n");
  }
  std::optional<int> quota() const { return core_quota(folder_ / "membership", folder_ / "groups"); }

  const test::TemporaryFolder folder_;
};

TEST_F(CoreQuota, IsTheSmallestOfAllGroupsAroundTheProcess) {
  EXPECT_FALSE(quota());
  limit("batch/job", "max 100000");
  EXPECT_FALSE(quota());
  limit("batch", "300000 100000");
  EXPECT_EQ(quota(), 3);
  limit("batch/job", "150000 100000");
  EXPECT_EQ(quota(), 2) << "rounded up";
  limit("", "50000 100000");
  EXPECT_EQ(quota(), 1);
}

TEST_F(CoreQuota, WhatCannotBeReadIsNoQuota) {
  for (const char* damage : {"", "max", "0 100000", "-5 100000", "100000 0", "x y"}) {
    limit("batch/job", damage);
    EXPECT_FALSE(quota()) << damage;
  }
  write_file_atomically(folder_ / "membership", "4:cpu:/batch\n");
  limit("", "100000 100000");
  EXPECT_FALSE(quota()) << "the first version of control groups";
  EXPECT_FALSE(core_quota(folder_ / "absent", folder_ / "groups"));
}

TEST(UsableCores, AreNoMoreThanTheProcessMayRunOn) {
  cpu_set_t cores;
  ASSERT_EQ(sched_getaffinity(0, sizeof cores, &cores), 0);
  EXPECT_GE(usable_cores(), 1);
  EXPECT_LE(usable_cores(), CPU_COUNT(&cores));
}

}  // namespace
}  // namespace prenorm
