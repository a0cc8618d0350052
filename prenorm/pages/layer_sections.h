// Gradients by layer: at the first update with the theory's prediction, and over training.
#pragma once

#include <vector>

#include "prenorm/html/page.h"
#include "prenorm/pages/run_sections.h"

namespace prenorm::pages {

std::vector<html::Block> layer_blocks(const Runs& runs);

}  // namespace prenorm::pages
