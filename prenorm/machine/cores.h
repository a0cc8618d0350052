// How many processor cores there are to use: what "0 = one per core" means wherever a setting says so.
#pragma once

#include <filesystem>
#include <optional>

namespace prenorm {

// Cores that this process may run on (its affinity), or fewer where its control group has a smaller quota of processor
// time, as containers have; at least 1.
int usable_cores();

// The smallest quota of processor time, in cores and rounded up, of the control group that `membership` (in the form of
// /proc/self/cgroup) names and of those around it, under `root`, where the second version of control groups is mounted.
std::optional<int> core_quota(const std::filesystem::path& membership, const std::filesystem::path& root);

}  // namespace prenorm
