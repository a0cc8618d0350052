// An update of a run made again, from its folder alone.
#pragma once

#include <cstdint>

#include "prenorm/training/replay.h"

namespace prenorm::tasks {

// See training::replay.
training::Replay replay_run(const training::RunFolder& folder, std::int64_t step);

}  // namespace prenorm::tasks
