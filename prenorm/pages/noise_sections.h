// The gradient noise scale: of runs over training, by group of parameters and by layer, and of checkpoints.
#pragma once

#include <string>
#include <vector>

#include "prenorm/html/page.h"
#include "prenorm/noise/scale_estimate.h"
#include "prenorm/pages/library.h"
#include "prenorm/pages/run_sections.h"

namespace prenorm::pages {

// Charts, a table of the last estimates and what the words mean; no block if no run measured the noise scale.
std::vector<html::Block> noise_blocks(const Runs& runs);

// A page section for the output of `prenorm probe --noise-scale --json`: both estimators by group and by layer. Errors:
// DataError if the file has another format.
html::Section noise_section(const Printed& printed);

// "95 %: 61 to 120", "95 %: from 61, no upper bound".
std::string interval_text(const noise::ScaleEstimate& scale);

}  // namespace prenorm::pages
