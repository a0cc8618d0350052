// Page sections for a study: heat maps of learning rate and warm-up for each placement, the table, the ranges.
#pragma once

#include <string>
#include <vector>

#include "prenorm/html/page.h"
#include "prenorm/pages/library.h"

namespace prenorm::pages {

// `prefix` comes before each heading: "warmup: ".
std::vector<html::Section> study_sections(const Study& study, const std::string& prefix);

}  // namespace prenorm::pages
