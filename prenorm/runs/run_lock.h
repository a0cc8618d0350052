// Keeps a second process from training in the same run folder.
#pragma once

#include <filesystem>

#include "prenorm/files/folder_lock.h"

namespace prenorm::runs {

// Held until destroyed, or until the process ends in whatever way.
class RunLock {
 public:
  // Makes the folder if needed. Errors: UsageError while another process holds the lock; FileError.
  explicit RunLock(const std::filesystem::path& folder);

 private:
  FolderLock lock_;
};

}  // namespace prenorm::runs
