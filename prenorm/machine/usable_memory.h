// How much memory a process may use.
#pragma once

#include <cstdint>
#include <filesystem>

namespace prenorm {

// The machine's memory, or the limit of this process's control group (container) if that is lower.
std::int64_t usable_memory_bytes();

// The lowest limit of the control group that `membership` (such as /proc/self/cgroup) names and of its parents, below
// `root` (such as /sys/fs/cgroup); versions 1 and 2. The largest number if there is no limit.
std::int64_t control_group_memory_bytes(const std::filesystem::path& membership, const std::filesystem::path& root);

}  // namespace prenorm
