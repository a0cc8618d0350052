#include "prenorm/studies/study_folder.h"

#include "prenorm/base/error.h"
#include "prenorm/base/text.h"
#include "prenorm/config/load.h"
#include "prenorm/config/write.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/folder_lock.h"
#include "prenorm/files/temporary.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/runs/same_run.h"

namespace prenorm::studies {
namespace fs = std::filesystem;
namespace {

using runs::KeyDifference;

std::optional<KeyDifference> difference(const Config& now, const Config& before) {
  const auto text = [](const char* key, const std::string& a, const std::string& b) {
    return a == b ? std::nullopt : std::optional(KeyDifference{key, quote(a), quote(b)});
  };
  if (auto differs = text("data.valid_source", now.data.valid_source, before.data.valid_source)) return differs;
  if (auto differs = text("data.valid_target", now.data.valid_target, before.data.valid_target)) return differs;
  return runs::first_difference(now, before);
}

}  // namespace

void StudyFolder::check(const Config& now) const {
  if (!is_there(path_)) return;
  if (!is_folder(path_)) throw_error<UsageError>("{}: is not a folder; name another with --output", path_.string());
  if (!is_there(base())) {
    for (const fs::path& entry : entries_of(path_)) {
      const std::string name = entry.filename().string();
      if (name != kFolderLock && !is_temporary_name(name))
        throw_error<UsageError>("{}: the folder is not empty and contains no study; name another with --output",
                                path_.string());
    }
    return;
  }
  if (const auto differs = difference(now, load_config(base()).config))
    throw_error<UsageError>(
        "{}: the study was started with {} = {}, not {}; use that value and vary the key with --grid, or name another "
        "folder with --output",
        path_.string(), differs->key, differs->before, differs->now);
}

void StudyFolder::keep_base(const Config& now) const { write_file_atomically(base(), to_toml(now)); }

std::vector<std::string> StudyFolder::cells() const {
  std::vector<std::string> names;
  for (const fs::path& entry : entries_of(path_ / "cells"))
    if (runs::RunFolder(entry).exists()) names.push_back(entry.filename().string());
  return names;
}

}  // namespace prenorm::studies
