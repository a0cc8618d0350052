#include "prenorm/machine/cores.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

namespace prenorm {
namespace {

namespace fs = std::filesystem;

int cores_of_affinity() {
  cpu_set_t cores;
  // A machine with more than 1,024 cores needs a larger set.
  const bool known = sched_getaffinity(0, sizeof cores, &cores) == 0;
  return known ? CPU_COUNT(&cores) : static_cast<int>(std::thread::hardware_concurrency());
}

// "max 100000" or "150000 100000": microseconds of processor time in each period.
std::optional<int> quota_of(const fs::path& group) {
  std::ifstream file(group / "cpu.max");
  double quota = 0, period = 0;
  if (!(file >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return static_cast<int>(std::min(std::ceil(quota / period), 1e6));
}

}  // namespace

std::optional<int> core_quota(const fs::path& membership, const fs::path& root) {
  std::ifstream lines(membership);
  std::string line;
  while (std::getline(lines, line) && !line.starts_with("0::/")) {
  }
  if (!line.starts_with("0::/")) return std::nullopt;
  std::optional<int> least;
  for (fs::path group = fs::path(line.substr(4)).lexically_normal();; group = group.parent_path()) {
    const std::optional<int> quota = quota_of(root / group);
    if (quota && (!least || *quota < *least)) least = quota;
    if (group.empty()) return least;
  }
}

int usable_cores() {
  const int allowed = cores_of_affinity();
  return std::max(1, std::min(allowed, core_quota("/proc/self/cgroup", "/sys/fs/cgroup").value_or(allowed)));
}

}  // namespace prenorm
