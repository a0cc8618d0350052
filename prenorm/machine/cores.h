// How many processor cores there are to use: what "0 = one per core" means wherever a setting says so.
#pragma once

#include <filesystem>
#include <optional>

namespace prenorm {

// Cores that this process may run on (its affinity), or fewer if its control group (container) has a smaller quota of
// processor time; at least 1.
int usable_cores();

// The smallest quota of processor time, in cores and rounded up, of the control group that `membership` (in the format
// of /proc/self/cgroup) names and of its parents, under `root`, the mount point of control groups version 2.
std::optional<int> core_quota(const std::filesystem::path& membership, const std::filesystem::path& root);

}  // namespace prenorm
