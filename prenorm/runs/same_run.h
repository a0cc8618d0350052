// Which configuration keys must not change when a run is resumed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/runs/checkpoint.h"

namespace prenorm::runs {

// Keys on which the next update depends; they must not change when a run is resumed. Limits, logs, validation, decoding
// and the use of the machine are not among them.
bool decides_updates(const std::string& section, const std::string& name);

struct KeyDifference {
  std::string key, now, before;  // values as in TOML
};

// The first key, in the order of declaration, that decides updates and differs.
std::optional<KeyDifference> first_difference(const Config& now, const Config& before);

// Why a run that continues as `now` will not have the same bits as one that was never stopped: one sentence per reason.
std::vector<std::string> other_bits(const TrainerState& before, const TrainerState& now);

}  // namespace prenorm::runs
