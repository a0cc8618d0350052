// Temporary names next to the final name, and how leftovers of killed processes are recognised.
//
//   NAME.partial-12-0   is being written by process 12, and is renamed when complete
//   NAME.old-12-0       was NAME a moment ago (on file systems that cannot exchange two names)
//   NAME.removed-12-0   was NAME, and is being deleted
//
// A writer holds a lock on what it is writing, which the system releases when the process ends: whatever can be locked
// was left behind. Process numbers are no use for that: containers and machines that share a folder use the same ones.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace prenorm {

enum class TemporaryKind : std::uint8_t { kPartial, kOld, kRemoved };

// A name next to `path` that no other process and no other call uses. A long name is shortened to what file systems
// accept.
std::filesystem::path temporary_beside(const std::filesystem::path& path, TemporaryKind kind);
bool is_temporary_name(std::string_view name);

// A new file, open for writing, or a new folder, next to `path` and locked. Closing the descriptor releases the lock.
// If it cannot be created, `descriptor` is -1 and errno is set.
struct Temporary {
  std::filesystem::path path;
  int descriptor = -1;
};
Temporary make_temporary_file(const std::filesystem::path& path);
Temporary make_temporary_folder(const std::filesystem::path& path);

// Removes the leftovers of killed processes from the folder. What a living process is writing is kept, and so is
// whatever cannot be removed. Old content whose replacement never came gets its name back.
void remove_leftovers(const std::filesystem::path& folder);
// The same for the leftovers of one file or folder.
void remove_leftovers_of(const std::filesystem::path& path);

}  // namespace prenorm
