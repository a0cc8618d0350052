// Repeats an update of a run, from its folder alone.
#pragma once

#include <cstdint>

#include "prenorm/diagnosis/replay.h"

namespace prenorm::app {

// See diagnosis::replay.
diagnosis::Replay replay_run(const runs::RunFolder& folder, std::int64_t step);

}  // namespace prenorm::app
