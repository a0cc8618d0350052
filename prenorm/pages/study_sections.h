// What a page says of a study: heat maps of learning rate and warm-up for each placement, the table, the ranges.
#pragma once

#include <vector>

#include "prenorm/pages/library.h"
#include "prenorm/report/page.h"

namespace prenorm::pages {

std::vector<report::Section> study_sections(const Study& study);

}  // namespace prenorm::pages
