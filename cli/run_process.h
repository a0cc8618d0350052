// The process of a command that uses the model of a run.
#pragma once

#include <cstdint>
#include <optional>

#include "prenorm/runs/run_folder.h"

namespace prenorm::cli {

// Sets the process up as the run's configuration says, but for `threads` where they are given.
void set_up_process_of(const runs::RunFolder& run, std::optional<std::int64_t> threads);

}  // namespace prenorm::cli
