// Lets one process at a time work in a folder.
#pragma once

#include <filesystem>

namespace prenorm {

// The file in the folder that carries the lock; it stays.
inline constexpr const char* kFolderLock = ".lock";

// Held from try_lock() or lock() until destroyed, or until the process ends in whatever way.
class FolderLock {
 public:
  // Makes the folder if needed; does not take the lock yet. Errors: FileError.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  // False while another holds it. Errors: FileError where the file system cannot lock, as some network mounts: nothing
  // would keep two processes apart there.
  bool try_lock();
  // Waits for it. Errors: the same.
  void lock();

 private:
  bool take(int operation);

  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace prenorm
