// Debian packages and package descriptions in a folder of our own: downloaded and unpacked by apt-get and dpkg-deb,
// nothing installed, no root needed. What is there and undamaged is not downloaded again.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prenorm::corpora {

// $XDG_CACHE_HOME/prenorm or ~/.cache/prenorm. Errors: FileError when neither variable is set.
std::filesystem::path default_cache_directory();

class PackageCache {
 public:
  // Layout: folder/lists (apt's indexes), folder/packages/NAME/{root, version, content}; `content` is the hash_tree()
  // of `root`.
  explicit PackageCache(const std::filesystem::path& folder);

  // Downloads and unpacks what is not there yet; a package that apt does not know is warned about and left out.
  // Errors: FileError when apt-get is missing or fails (no network, no mirror, full disk).
  void fetch(const std::vector<std::string>& packages);
  // Where a package is unpacked; nothing if it was left out, or is not what was unpacked there.
  std::optional<std::filesystem::path> root(std::string_view package) const;
  // Version of a fetched package. Errors: FileError.
  std::string version(std::string_view package) const;

  // apt's Translation-XX indexes, downloaded if they are not there; empty when the mirror has none. Errors: FileError.
  std::vector<std::filesystem::path> description_indexes(std::string_view language);

 private:
  bool has_lists() const;
  void update_lists();
  std::vector<std::string> missing_of(const std::vector<std::string>& packages) const;
  void download(std::vector<std::string> packages);
  void unpack_all(const std::filesystem::path& archives);

  bool is_whole(const std::string& package) const;

  std::filesystem::path folder_;
  mutable std::map<std::string, bool, std::less<>> whole_;  // packages that were looked at
};

}  // namespace prenorm::corpora
