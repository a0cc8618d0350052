#include "prenorm/machine/usable_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace prenorm {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

// "max", or a missing file, means no limit.
std::int64_t limit_in(const std::filesystem::path& file) {
  std::int64_t bytes = 0;
  return std::ifstream(file) >> bytes && bytes > 0 ? bytes : kNoLimit;
}

// A container may see its group as the root, or under a path that does not exist in its view; that is not an error.
std::int64_t least_limit(const std::filesystem::path& root, std::filesystem::path group, const char* file) {
  std::int64_t least = limit_in(root / file);
  for (group = group.relative_path(); !group.empty(); group = group.parent_path())
    least = std::min(least, limit_in(root / group / file));
  return least;
}

}  // namespace

// Lines "ID:CONTROLLERS:PATH"; version 2 has one line without controllers.
std::int64_t control_group_memory_bytes(const std::filesystem::path& membership, const std::filesystem::path& root) {
  std::int64_t least = kNoLimit;
  std::ifstream lines(membership);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string path = line.substr(second + 1);
    std::string controllers = ",";
    controllers.append(line, first + 1, second - first - 1).append(",");
    if (controllers == ",,") least = std::min(least, least_limit(root, path, "memory.max"));
    if (controllers.find(",memory,") != std::string::npos)
      least = std::min(least, least_limit(root / "memory", path, "memory.limit_in_bytes"));
  }
  return least;
}

std::int64_t usable_memory_bytes() {
  const std::int64_t machine = sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
  return std::min(machine, control_group_memory_bytes("/proc/self/cgroup", "/sys/fs/cgroup"));
}

}  // namespace prenorm
