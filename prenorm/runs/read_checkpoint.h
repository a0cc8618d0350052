// Reads several files of one checkpoint while its run may still be training.
#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "prenorm/nn/parameters.h"
#include "prenorm/runs/run_folder.h"

namespace prenorm::runs {

// Identifies a folder by its device and inode, not by its name: another folder under the same name is different.
class FolderIdentity {
 public:
  explicit FolderIdentity(const std::filesystem::path& path);
  // Whether there was a folder and it is still the same one.
  bool still_there() const;

 private:
  std::filesystem::path path_;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> id_;  // device and inode
};

// The folder itself if `path` is a link to it (`last`, `best`), so that all files come from the same folder.
std::filesystem::path without_links(const std::filesystem::path& path);

// Calls `read` with the folder that `find` returns. A run in training removes old checkpoints: if `read` fails and the
// folder is gone or replaced, `find` and `read` are called again. `read` must leave nothing behind if it throws.
// Errors: those of both.
template <class Find, class Read>
auto read_checkpoint(const Find& find, const Read& read) {
  for (int attempt = 1;; ++attempt) {
    const std::filesystem::path folder = without_links(find());
    const FolderIdentity identity(folder);
    try {
      return read(folder);
    } catch (const std::exception&) {
      constexpr int kAttempts = 20;
      if (attempt == kAttempts || identity.still_there()) throw;
    }
  }
}

// The same with RunFolder::find_checkpoint(which).
template <class Read>
auto read_checkpoint(const RunFolder& run, const std::string& which, const Read& read) {
  return read_checkpoint([&] { return run.find_checkpoint(which); }, read);
}

// Loads the weights of RunFolder::find_checkpoint(which) and returns its folder.
std::filesystem::path load_weights(const RunFolder& run, const std::string& which, nn::Parameters& parameters);

}  // namespace prenorm::runs
