// Folders of prepared files: created once, reused while their inputs stay the same.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <string>

#include "prenorm/base/error.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/folder_lock.h"
#include "prenorm/files/temporary.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::data {

// Takes the lock; reports on stderr if another process has it.
void wait_for_lock(FolderLock& lock, const std::filesystem::path& prepared_dir);

// "NAME-KEY": the name of the text, shortened to fit into a file name, and a key of what the files depend on.
std::string prepared_name(const std::filesystem::path& text, const std::string& key);

// Opens the folder NAME of prepared_dir as `Prepared`, after `write` has filled it if it is missing or incomplete. The
// name follows from everything that the files depend on; it is computed under the folder's lock. If `write` fails,
// nothing is left behind, and leftovers of killed processes are removed; of two processes that need the same files, the
// second waits.
template <class Prepared>
Prepared open_or_write(const std::filesystem::path& prepared_dir, const std::function<std::string()>& name,
                       const std::function<void(const std::filesystem::path& folder)>& write) {
  FolderLock lock(prepared_dir);
  wait_for_lock(lock, prepared_dir);
  remove_leftovers(prepared_dir);
  const std::filesystem::path folder = prepared_dir / name();
  if (is_there(folder)) {
    try {
      return Prepared(folder);
    } catch (const Error& error) {
      warn(fmt::format("{}; creating it again", error.what()));
    }
  }
  AtomicDirectory directory(folder);
  write(directory.path());
  directory.commit();
  return Prepared(folder);
}

}  // namespace prenorm::data
