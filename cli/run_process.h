// Process setup for commands that use the model of a run.
#pragma once

#include <cstdint>
#include <optional>

#include "prenorm/runs/run_folder.h"

namespace prenorm::cli {

// Sets up the process according to the run's configuration, except `threads` if given.
void set_up_process_of(const runs::RunFolder& run, std::optional<std::int64_t> threads);

}  // namespace prenorm::cli
