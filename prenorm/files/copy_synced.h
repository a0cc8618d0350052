// Copies of files.
#pragma once

#include <filesystem>

namespace prenorm {

// Copies a regular file to `to`, which is left as it is if it exists, and syncs it. Errors: FileError that names both.
void copy_synced(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace prenorm
