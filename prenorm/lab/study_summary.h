// The lower parts of a study's table.
#pragma once

#include "prenorm/lab/study_table.h"

namespace prenorm::lab {

// Fills summaries, ranges and placements from keys and rows.
void summarize(StudyTable& table);

}  // namespace prenorm::lab
