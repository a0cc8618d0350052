#include "prenorm/data/prepared_folder.h"

namespace prenorm::data {
namespace fs = std::filesystem;

void wait_for_lock(FolderLock& lock, const fs::path& prepared_dir) {
  if (lock.try_lock()) return;
  inform(fmt::format("{}: waiting for another process that is preparing text", prepared_dir.string()));
  lock.lock();
}

void remove_leftovers(const fs::path& folder) {
  const std::string prefix = folder.filename().string() + ".";
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder.parent_path(), error))
    if (entry.path().filename().string().starts_with(prefix)) fs::remove_all(entry.path(), error);
}

}  // namespace prenorm::data
