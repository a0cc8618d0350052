// Lets one process at a time work in a folder.
#pragma once

#include <filesystem>

namespace prenorm {

// The file in the folder that carries the lock; it is never removed.
inline constexpr const char* kFolderLock = ".lock";

// Held from try_lock() or lock() until it is destroyed or the process ends.
class FolderLock {
 public:
  // Creates the folder if needed; does not lock it yet. Errors: FileError.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  // False if another process holds the lock. Errors: FileError if the file system has no locks, as some network mounts:
  // nothing would keep two processes apart there.
  bool try_lock();
  // Waits for the lock. Errors: the same.
  void lock();

 private:
  bool take(int operation);

  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace prenorm
