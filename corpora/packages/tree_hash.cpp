#include "corpora/packages/tree_hash.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "prenorm/base/error.h"
#include "prenorm/files/hash.h"

namespace prenorm::corpora {
namespace fs = std::filesystem;
namespace {

std::string content_of(const fs::directory_entry& entry, std::error_code& error) {
  if (entry.is_symlink(error)) return "link " + fs::read_symlink(entry.path(), error).string();
  if (entry.is_regular_file(error)) return "file " + hash_file_hex(entry.path());
  return entry.is_directory(error) ? "folder" : "other";
}

}  // namespace

std::string hash_tree(const fs::path& folder) {
  std::vector<std::string> entries;
  std::error_code error;
  auto entry = fs::recursive_directory_iterator(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const std::string content = content_of(*entry, error);
    if (error) break;
    entries.push_back(fmt::format("{}\n{}\n", entry->path().lexically_relative(folder).string(), content));
  }
  if (error) throw_error<FileError>("{}: cannot be read: {}", folder.string(), error.message());
  std::sort(entries.begin(), entries.end());
  std::string all;
  for (const std::string& line : entries) all += line;
  return hash_hex(all);
}

}  // namespace prenorm::corpora
