// Debian packages and package descriptions in our own folder: downloaded and unpacked by apt-get and dpkg-deb; nothing
// is installed and root is not needed. What exists undamaged is not downloaded again.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prenorm::corpora {

// $XDG_CACHE_HOME/prenorm or ~/.cache/prenorm. Errors: FileError if neither variable is set.
std::filesystem::path default_cache_directory();

class PackageCache {
 public:
  // The folder contains lists (apt's indexes) and packages/NAME/{root, version, content}; `content` is the hash_tree()
  // of `root`.
  explicit PackageCache(const std::filesystem::path& folder);

  // Downloads and unpacks missing packages; a package that apt does not know is skipped with a warning. Errors:
  // FileError if apt-get is missing or fails (no network, no mirror, full disk).
  void fetch(const std::vector<std::string>& packages);
  // Where a package is unpacked; nothing if it was skipped, or has changed since it was unpacked.
  std::optional<std::filesystem::path> root(std::string_view package) const;
  // Version of a fetched package. Errors: FileError.
  std::string version(std::string_view package) const;

  // apt's Translation-XX indexes, downloaded if missing; empty if the mirror has none. Errors: FileError.
  std::vector<std::filesystem::path> description_indexes(std::string_view language);

 private:
  bool has_lists() const;
  void update_lists();
  std::vector<std::string> missing_of(const std::vector<std::string>& packages) const;
  void download(std::vector<std::string> packages);
  void unpack_all(const std::filesystem::path& archives);

  bool is_whole(const std::string& package) const;

  std::filesystem::path folder_;
  mutable std::map<std::string, bool, std::less<>> whole_;  // packages that were checked
};

}  // namespace prenorm::corpora
