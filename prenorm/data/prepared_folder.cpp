#include "prenorm/data/prepared_folder.h"

namespace prenorm::data {
namespace fs = std::filesystem;

void wait_for_lock(FolderLock& lock, const fs::path& prepared_dir) {
  if (lock.try_lock()) return;
  inform(fmt::format("{}: waiting for another process that is preparing text", prepared_dir.string()));
  lock.lock();
}

std::string prepared_name(const fs::path& text, const std::string& key) {
  return fmt::format("{}-{}", cut_name(text.stem().stem().string(), 100), key.substr(0, 16));
}

}  // namespace prenorm::data
