// The demo's report: one page with the three loss curves, the table, the gradient of each layer and translations.
#pragma once

#include <string>

#include "prenorm/demo/three_ways.h"
#include "prenorm/html/page.h"

namespace prenorm::demo {

html::Page demo_page(const DemoResult& result, const std::string& command);

// The table for a terminal, with a few translations.
std::string demo_table(const DemoResult& result);

}  // namespace prenorm::demo
