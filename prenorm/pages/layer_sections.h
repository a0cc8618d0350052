// Gradients layer by layer: at the first update beside the theory's line, and over training.
#pragma once

#include <vector>

#include "prenorm/html/page.h"
#include "prenorm/pages/run_sections.h"

namespace prenorm::pages {

std::vector<html::Block> layer_blocks(const Runs& runs);

}  // namespace prenorm::pages
