// Keeps a second process from training in the same run folder.
#pragma once

#include <filesystem>

namespace prenorm::training {

inline constexpr const char* kLock = ".lock";

// Held until destroyed, or until the process ends in whatever way.
class RunLock {
 public:
  // Makes the folder if needed. Errors: UsageError while another process holds the lock; FileError.
  explicit RunLock(const std::filesystem::path& folder);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace prenorm::training
