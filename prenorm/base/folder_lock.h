// Lets one process at a time work in a folder.
#pragma once

#include <filesystem>

namespace prenorm {

// The file in the folder that carries the lock; it stays.
inline constexpr const char* kFolderLock = ".lock";

// Held from try_lock() or lock() until destroyed, or until the process ends in whatever way. File systems without locks
// exist: there every process gets it.
class FolderLock {
 public:
  // Makes the folder if needed; does not take the lock yet. Errors: FileError.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  // False while another holds it.
  bool try_lock();
  // Waits for it.
  void lock();

 private:
  int descriptor_ = -1;
};

}  // namespace prenorm
