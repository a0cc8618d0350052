#include "prenorm/machine/address_space.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>

namespace prenorm {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

bool in_child(const std::function<bool()>& check) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(check() ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::size_t mapped_bytes() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(AddressSpace, ALimitLeavesRoomForSomeThings) {
  EXPECT_TRUE(in_child([] {
    const rlimit limit{mapped_bytes() + 64 * kMiB, RLIM_INFINITY};
    return ::setrlimit(RLIMIT_AS, &limit) == 0 && address_space_lacks(128 * kMiB) && !address_space_lacks(kMiB);
  }));
  EXPECT_TRUE(in_child([] {
    const rlimit limit{64 * kMiB, RLIM_INFINITY};
    return ::setrlimit(RLIMIT_DATA, &limit) == 0 && address_space_lacks(128 * kMiB) && !address_space_lacks(kMiB);
  }));
}

}  // namespace
}  // namespace prenorm
