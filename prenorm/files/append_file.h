// A file that grows: logs.
#pragma once

#include <filesystem>
#include <string_view>

namespace prenorm {

// Each text is handed to the system whole as it is appended, so that a program that is killed loses none of them.
// Errors, of each member: FileError.
class AppendFile {
 public:
  // Appends to the file, which is made if it is not there.
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
