// Names of what is made beside its final name, and what processes that were killed have left of it.
//
//   NAME.partial-12-0   is being written by process 12, and gets its name when it is whole
//   NAME.old-12-0       was NAME a moment ago (on file systems that cannot exchange two names)
//   NAME.removed-12-0   was NAME, and is being deleted
//
// A writer holds a lock on what it is writing, which the system drops when the process ends in whatever way: what can
// be locked was left behind. Numbers of processes are no use for that: containers and machines that share a folder give
// the same ones.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace prenorm {

enum class TemporaryKind : std::uint8_t { kPartial, kOld, kRemoved };

// A name beside `path` that no other process and no other call gives. A long name is cut to what file systems take.
std::filesystem::path temporary_beside(const std::filesystem::path& path, TemporaryKind kind);
bool is_temporary_name(std::string_view name);

// A new file, open for writing, or a new folder, beside `path` and locked. Closing the descriptor drops the lock.
// `descriptor` is -1, and errno is set, where it cannot be made.
struct Temporary {
  std::filesystem::path path;
  int descriptor = -1;
};
Temporary make_temporary_file(const std::filesystem::path& path);
Temporary make_temporary_folder(const std::filesystem::path& path);

// Removes what killed processes have left in the folder; what a living one is writing stays, and so does all that
// cannot be removed. An old content whose new one never came gets its name back.
void remove_leftovers(const std::filesystem::path& folder);
// The same for what was left of one file or folder.
void remove_leftovers_of(const std::filesystem::path& path);

}  // namespace prenorm
