// Lengths of a schedule in the unit in which the run counts them.
#pragma once

#include <cstdint>

#include "prenorm/diagnosis/evidence.h"

namespace prenorm::diagnosis {

// A number of updates in the unit of the run's schedule: as it is, or as tokens at the mean size of the updates made.
std::int64_t in_schedule_unit(const Evidence& evidence, std::int64_t updates);

}  // namespace prenorm::diagnosis
