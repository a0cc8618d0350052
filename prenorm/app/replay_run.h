// An update of a run made again, from its folder alone.
#pragma once

#include <cstdint>

#include "prenorm/diagnosis/replay.h"

namespace prenorm::app {

// See diagnosis::replay.
diagnosis::Replay replay_run(const runs::RunFolder& folder, std::int64_t step);

}  // namespace prenorm::app
