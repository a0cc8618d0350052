#include "prenorm/runs/run_lock.h"

#include "prenorm/base/error.h"

namespace prenorm::runs {

RunLock::RunLock(const std::filesystem::path& folder) : lock_(folder) {
  if (!lock_.try_lock())
    throw_error<UsageError>("{}: another process is training in this folder; wait for it, or name another with --run",
                            folder.string());
}

}  // namespace prenorm::runs
