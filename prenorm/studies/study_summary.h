// The summary tables of a study.
#pragma once

#include "prenorm/studies/study_table.h"

namespace prenorm::studies {

// Fills summaries, ranges and placements from keys and rows.
void summarize(StudyTable& table);

}  // namespace prenorm::studies
