// A log file that is appended to.
#pragma once

#include <filesystem>
#include <string_view>

namespace prenorm {

// Each text is passed to the system whole as it is appended, so that a program that is killed loses none. Errors, of
// every member function: FileError.
class AppendFile {
 public:
  // Appends to the file, which is created if it does not exist.
  explicit AppendFile(std::filesystem::path path);
  ~AppendFile();
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&& other) noexcept;

  void append(std::string_view text);
  // Returns once everything appended so far survives a power cut.
  void sync();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace prenorm
