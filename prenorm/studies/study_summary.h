// The lower parts of a study's table.
#pragma once

#include "prenorm/studies/study_table.h"

namespace prenorm::studies {

// Fills summaries, ranges and placements from keys and rows.
void summarize(StudyTable& table);

}  // namespace prenorm::studies
