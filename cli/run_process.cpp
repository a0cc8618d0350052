#include "cli/run_process.h"

#include "prenorm/config/load.h"
#include "prenorm/training/process.h"

namespace prenorm::cli {

void set_up_process_of(const training::RunFolder& run, std::optional<std::int64_t> threads) {
  RuntimeConfig runtime = load_run_config(run.path()).config.runtime;
  runtime.threads = threads.value_or(runtime.threads);
  training::set_up_process(runtime);
}

}  // namespace prenorm::cli
