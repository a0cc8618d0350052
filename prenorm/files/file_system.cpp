#include "prenorm/files/file_system.h"

#include <algorithm>

#include "prenorm/base/error.h"

namespace prenorm {
namespace fs = std::filesystem;
namespace {

// A path that does not exist has a status; an error without one means that the status is unknown.
fs::file_status status_of(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  // A name that is too long cannot be the name of an existing file.
  if (error == std::errc::filename_too_long) return fs::file_status(fs::file_type::not_found);
  if (error && status.type() != fs::file_type::not_found)
    throw_error<FileError>("{}: cannot be opened: {}", path.string(), error.message());
  return status;
}

bool is_dots(const fs::path& name) { return name.empty() || name == "." || name == ".."; }

}  // namespace

bool is_there(const fs::path& path) { return fs::exists(status_of(path)); }

bool is_folder(const fs::path& path) { return fs::is_directory(status_of(path)); }

bool is_same_file(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator(); it.increment(error))
    entries.push_back(it->path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw_error<FileError>("{}: cannot make the folder: {}", path.string(), error.message());
}

void remove_file(const fs::path& path) {
  std::error_code error;
  fs::remove(path, error);
  if (error) throw_error<FileError>("{}: cannot be removed: {}", path.string(), error.message());
}

fs::path plain_path(const fs::path& path) {
  fs::path plain;
  for (const fs::path& part : path)
    if (!part.empty() && part != ".") plain /= part;
  return plain.empty() && !path.empty() ? fs::path(".") : plain;
}

fs::path folder_of(const fs::path& path) {
  const fs::path plain = plain_path(path);
  if (is_dots(plain.filename())) return plain / "..";
  return plain.has_parent_path() ? plain.parent_path() : fs::path(".");
}

std::string name_of_folder(const fs::path& path) {
  const fs::path name = plain_path(path).filename();
  if (!is_dots(name)) return name.string();
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  return error ? path.string() : real.filename().string();
}

std::string cut_name(const std::string& name, std::size_t bytes) {
  if (name.size() <= bytes) return name;
  while (bytes > 0 && (static_cast<unsigned char>(name[bytes]) & 0xC0U) == 0x80U) --bytes;
  return name.substr(0, bytes);
}

fs::path absolute_path(const fs::path& path) {
  std::error_code error;
  fs::path absolute = fs::absolute(path, error);
  if (error) throw_error<FileError>("{}: cannot be opened: {}", path.string(), error.message());
  return plain_path(absolute);
}

}  // namespace prenorm
