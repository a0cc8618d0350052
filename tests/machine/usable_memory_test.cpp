#include "prenorm/machine/usable_memory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>

#include "files/temporary_folder.h"

namespace prenorm {
namespace {

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();

void put(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

TEST(UsableMemory, IsWhatTheMachineHasAtMost) { EXPECT_GT(usable_memory_bytes(), 1 << 20); }

TEST(UsableMemory, TheLeastLimitOfAControlGroupAndThoseAboveItCounts) {
  const test::TemporaryFolder folder;
  put(folder / "cgroup", "0::/pod/box\n");
  EXPECT_EQ(control_group_memory_bytes(folder / "cgroup", folder / "fs"), kNone) << "no files";
  put(folder / "fs" / "pod" / "box" / "memory.max", "max\n");
  EXPECT_EQ(control_group_memory_bytes(folder / "cgroup", folder / "fs"), kNone);
  put(folder / "fs" / "pod" / "memory.max", "3000\n");
  EXPECT_EQ(control_group_memory_bytes(folder / "cgroup", folder / "fs"), 3000);
  put(folder / "fs" / "pod" / "box" / "memory.max", "2000\n");
  EXPECT_EQ(control_group_memory_bytes(folder / "cgroup", folder / "fs"), 2000);
  put(folder / "fs" / "memory.max", "1000\n");
  EXPECT_EQ(control_group_memory_bytes(folder / "cgroup", folder / "fs"), 1000) << "a container's own view";
}

TEST(UsableMemory, TheFirstVersionOfControlGroupsCountsToo) {
  const test::TemporaryFolder folder;
  put(folder / "cgroup", "12:cpu,cpuacct:/x\n4:memory:/docker/abc\n0::/\n");
  put(folder / "fs" / "memory" / "docker" / "abc" / "memory.limit_in_bytes", "5000\n");
  EXPECT_EQ(control_group_memory_bytes(folder / "cgroup", folder / "fs"), 5000);
  EXPECT_EQ(control_group_memory_bytes(folder / "none", folder / "fs"), kNone);
}

}  // namespace
}  // namespace prenorm
