#include "prenorm/runs/read_checkpoint.h"

#include <sys/stat.h>

#include "prenorm/runs/checkpoint.h"

namespace prenorm::runs {
namespace fs = std::filesystem;
namespace {

std::optional<std::pair<std::uint64_t, std::uint64_t>> id_of(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return std::pair<std::uint64_t, std::uint64_t>(status.st_dev, status.st_ino);
}

}  // namespace

FolderIdentity::FolderIdentity(const fs::path& path) : path_(path), id_(id_of(path)) {}

bool FolderIdentity::still_there() const { return id_ && id_of(path_) == id_; }

// One step only, not fs::canonical(): messages name the folder as the user did.
fs::path without_links(const fs::path& path) {
  std::error_code error;
  const fs::path target = fs::read_symlink(path, error);
  return error ? path : path.parent_path() / target;
}

fs::path load_weights(const RunFolder& run, const std::string& which, nn::Parameters& parameters) {
  return read_checkpoint(run, which, [&](const fs::path& checkpoint) {
    load_weights(checkpoint, parameters);
    return checkpoint;
  });
}

}  // namespace prenorm::runs
