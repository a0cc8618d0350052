#include "corpora/packages/package_cache.h"

#include <fcntl.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include "corpora/packages/apt.h"
#include "corpora/packages/tree_hash.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::corpora {
namespace fs = std::filesystem;
namespace {

constexpr const char* kContent = "content";

// The files directly in `folder` whose names end in this suffix, sorted.
std::vector<fs::path> files_ending_in(const fs::path& folder, std::string_view ending) {
  std::vector<fs::path> files = entries_of(folder);
  std::erase_if(files, [&](const fs::path& file) { return !file.native().ends_with(ending); });
  return files;
}

void unpack(const fs::path& archive, const fs::path& folder) {
  const ProcessResult result =
      run_apt_program({"dpkg-deb", "-x", archive.string(), folder.string()}, folder.parent_path());
  if (!result.end.succeeded())
    throw_error<FileError>("{}: cannot be unpacked: {} (dpkg-deb {})", archive.filename().string(),
                           apt_reason(result.output), result.end.text());
}

// Another program wrote some thousand files, which must be on disk before their folders get their final names.
void sync_file_system(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::syncfs(descriptor) == 0;
  if (descriptor >= 0) ::close(descriptor);
  if (!synced) throw_error<FileError>("{}: cannot be written to disk", folder.string());
}

}  // namespace

fs::path default_cache_directory() {
  // According to the XDG specification, a relative path there must be ignored.
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/')
    return fs::path(cache) / "prenorm";
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0')
    throw_error<FileError>("no folder for downloads: set HOME or XDG_CACHE_HOME, or name a cache folder");
  return fs::path(home) / ".cache" / "prenorm";
}

PackageCache::PackageCache(const fs::path& folder) : folder_(absolute_path(folder)) {
  make_folder(folder_ / "packages");
}

bool PackageCache::has_lists() const { return is_folder(folder_ / "lists"); }

void PackageCache::update_lists() {
  inform("updating the package lists");
  AtomicDirectory lists(folder_ / "lists");
  make_folder(lists.path() / "partial");
  make_folder(lists.path() / "cache" / "archives" / "partial");
  std::vector<std::string> command = apt_get_command(lists.path());
  command.emplace_back("update");
  const ProcessResult result = run_apt_program(command, lists.path());
  // The exit code is meaningless: it is 0 without a network, and not 0 for one broken source among good ones.
  if (result.end.signal != 0) throw_apt_unusable("apt-get " + result.end.text());
  if (files_ending_in(lists.path(), "_Packages").empty()) throw_apt_unusable(apt_reason(result.output));
  if (result.output.find("W: Failed to fetch") != std::string::npos)
    warn(fmt::format("some package lists are missing: {}", apt_reason(result.output)));
  sync_file_system(lists.path());
  lists.commit();
}

std::vector<std::string> PackageCache::missing_of(const std::vector<std::string>& packages) const {
  std::vector<std::string> missing;
  std::copy_if(packages.begin(), packages.end(), std::back_inserter(missing),
               [&](const std::string& package) { return !root(package); });
  return missing;
}

void PackageCache::fetch(const std::vector<std::string>& packages) {
  const std::vector<std::string> missing = missing_of(packages);
  if (!missing.empty()) download(missing);
}

void PackageCache::download(std::vector<std::string> packages) {
  // Indexes age: after a point release they name versions that no longer exist, so only new ones are trusted about a
  // failure.
  bool fresh = !has_lists();
  if (fresh) update_lists();
  AtomicDirectory archives(folder_ / "archives");  // never committed: archives are not kept after unpacking
  while (!packages.empty()) {
    Progress progress("downloading packages", static_cast<std::int64_t>(packages.size()));
    std::int64_t begun = 0;
    std::vector<std::string> command = apt_get_command(folder_ / "lists");
    command.emplace_back("download");
    command.insert(command.end(), packages.begin(), packages.end());
    const ProcessResult result = run_apt_program(command, archives.path(), [&](std::string_view line) {
      if (line.starts_with("Get:")) progress.update(begun++);
    });
    if (result.end.succeeded()) break;
    if (result.end.signal != 0) throw_apt_unusable("apt-get " + result.end.text());
    if (!fresh) {
      update_lists();
      fresh = true;
      continue;
    }
    const std::vector<std::string> unknown = unknown_packages(result.output);
    if (unknown.empty()) throw_apt_unusable(apt_reason(result.output));
    warn(fmt::format("skipped because this system's package lists do not contain them: {}", fmt::join(unknown, ", ")));
    const std::size_t before = packages.size();
    std::erase_if(packages, [&](const std::string& name) {
      return std::find(unknown.begin(), unknown.end(), name) != unknown.end();
    });
    if (packages.size() == before) throw_apt_unusable(apt_reason(result.output));
  }
  unpack_all(archives.path());
}

void PackageCache::unpack_all(const fs::path& archives) {
  std::vector<std::unique_ptr<AtomicDirectory>> packages;
  for (const fs::path& entry : entries_of(archives)) {
    const std::optional<ArchiveName> name = parse_archive_name(entry.filename().string());
    if (!name) continue;
    packages.push_back(std::make_unique<AtomicDirectory>(folder_ / "packages" / name->package));
    const fs::path root = packages.back()->path() / "root";
    unpack(entry, root);
    write_file_atomically(packages.back()->path() / "version", name->version);
    write_file_atomically(packages.back()->path() / kContent, hash_tree(root));
  }
  sync_file_system(folder_);
  for (const auto& package : packages) package->commit();
  whole_.clear();
}

// Checked only once: a corpus is built from what was complete at its start.
bool PackageCache::is_whole(const std::string& package) const {
  const auto [found, fresh] = whole_.try_emplace(package, false);
  const fs::path folder = folder_ / "packages" / package;
  std::error_code error;
  if (!fresh || !fs::is_directory(folder / "root", error)) return found->second;
  try {
    found->second = read_file(folder / kContent) == hash_tree(folder / "root");
  } catch (const FileError&) {  // no hash, as in caches of earlier versions, or an unreadable file
  }
  if (!found->second) warn(fmt::format("{}: is damaged or was not checked when it was unpacked", folder.string()));
  return found->second;
}

std::optional<fs::path> PackageCache::root(std::string_view package) const {
  if (package.empty() || !is_whole(std::string(package))) return std::nullopt;
  return folder_ / "packages" / package / "root";
}

std::string PackageCache::version(std::string_view package) const {
  return read_file(folder_ / "packages" / package / "version");
}

std::vector<fs::path> PackageCache::description_indexes(std::string_view language) {
  const std::string ending = fmt::format("_Translation-{}", language);
  const bool fresh = !has_lists();
  if (fresh) update_lists();
  std::vector<fs::path> indexes = files_ending_in(folder_ / "lists", ending);
  if (indexes.empty() && !fresh) {
    update_lists();
    indexes = files_ending_in(folder_ / "lists", ending);
  }
  if (indexes.empty()) warn(fmt::format("no package descriptions in language {}: skipped", language));
  return indexes;
}

}  // namespace prenorm::corpora
