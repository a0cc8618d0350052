#include "cli/run_process.h"

#include "prenorm/config/load.h"
#include "prenorm/updates/compute_settings.h"

namespace prenorm::cli {

void set_up_process_of(const runs::RunFolder& run, std::optional<std::int64_t> threads) {
  RuntimeConfig runtime = load_run_config(run.path()).config.runtime;
  runtime.threads = threads.value_or(runtime.threads);
  updates::set_up_process(runtime);
}

}  // namespace prenorm::cli
