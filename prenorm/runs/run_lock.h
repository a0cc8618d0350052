// Keeps a second process from training in the same run folder.
#pragma once

#include <filesystem>

#include "prenorm/files/folder_lock.h"

namespace prenorm::runs {

// Held until it is destroyed or the process ends.
class RunLock {
 public:
  // Creates the folder if needed. Errors: UsageError if another process holds the lock; FileError.
  explicit RunLock(const std::filesystem::path& folder);

 private:
  FolderLock lock_;
};

}  // namespace prenorm::runs
