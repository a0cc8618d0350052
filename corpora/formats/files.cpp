#include "corpora/formats/files.h"

#include <algorithm>

#include "prenorm/base/error.h"

namespace prenorm::corpora {
namespace fs = std::filesystem;

std::vector<fs::path> files_below(const fs::path& folder, std::string_view suffix) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::recursive_directory_iterator next(folder, error);
  for (; !error && next != fs::recursive_directory_iterator(); next.increment(error))
    if (fs::is_regular_file(next->symlink_status(error)) && next->path().native().ends_with(suffix))
      files.push_back(next->path());
  if (error) throw_error<FileError>("{}: the folder cannot be read: {}", folder.string(), error.message());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace prenorm::corpora
