// The updates of a run's weight matrices as text and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "prenorm/probe/weight_updates.h"

namespace prenorm::probe {

// A line for each matrix and one for each kind of matrix, with the mean over the layers of its stack.
std::string report_of(const WeightUpdates& updates);

// What `prenorm probe --updates --json` prints, without kind and version. Errors when reading: JsonError.
void to_json(nlohmann::json& json, const WeightUpdates& updates);
void from_json(const nlohmann::json& json, WeightUpdates& updates);

}  // namespace prenorm::probe
