// Opening files that are not ours to trust. What is no regular file is refused: opening a pipe may wait for ever, and
// /dev/zero has no end.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <utility>

namespace prenorm {

// How often a file will be read.
enum class Reading : std::uint8_t {
  kAgain,  // more than once, or at chosen places: regular files only
  kOnce,   // once from begin to end, by a caller who bounds what it keeps: pipes and terminals too
};

// A descriptor for reading, closed at the end.
class InputFile {
 public:
  // Errors: FileError naming the file: it is missing, may not be read, or is not of the kind that `reading` needs.
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

// A descriptor of a regular file, or -1: for those who look whether a file is there. Never waits.
int open_regular_file(const std::filesystem::path& path, struct stat& status) noexcept;

}  // namespace prenorm
