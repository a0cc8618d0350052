// Opening untrusted files. Anything but a regular file is rejected: opening a pipe may wait for ever, and /dev/zero has
// no end.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <utility>

namespace prenorm {

// How often a file will be read.
enum class Reading : std::uint8_t {
  kAgain,  // more than once, or at chosen places: regular files only
  kOnce,   // once from start to end, by a caller who limits what it keeps: pipes and terminals too
};

// A descriptor for reading, closed by the destructor.
class InputFile {
 public:
  // Errors: FileError naming the file if it is missing, may not be read, or does not allow the `reading` asked for.
  explicit InputFile(const std::filesystem::path& path, Reading reading = Reading::kAgain);
  // Standard input.
  static InputFile standard_input();
  ~InputFile();
  InputFile(InputFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), status_(other.status_) {}
  InputFile& operator=(InputFile&&) = delete;

  int descriptor() const { return descriptor_; }
  const struct stat& status() const { return status_; }

 private:
  explicit InputFile(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
  struct stat status_ {};
};

// A descriptor of a regular file, or -1; never waits. For checking whether a file exists.
int open_regular_file(const std::filesystem::path& path, struct stat& status) noexcept;

}  // namespace prenorm
