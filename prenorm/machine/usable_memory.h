// How much memory a process may use.
#pragma once

#include <cstdint>
#include <filesystem>

namespace prenorm {

// The machine's memory, or the limit of the control group (container) of this process if that is less.
std::int64_t usable_memory_bytes();

// The least limit of the control group that `membership` (as /proc/self/cgroup) names and of those above it, below
// `root` (as /sys/fs/cgroup); versions 1 and 2. The largest number if there is none.
std::int64_t control_group_memory_bytes(const std::filesystem::path& membership, const std::filesystem::path& root);

}  // namespace prenorm
