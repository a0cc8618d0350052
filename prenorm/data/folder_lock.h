// Lets one process at a time work in a folder.
#pragma once

#include <filesystem>

namespace prenorm::data {

// Held until destroyed, or until the process ends in whatever way. Waits while another process holds it.
class FolderLock {
 public:
  // Makes the folder if needed. Errors: FileError.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace prenorm::data
