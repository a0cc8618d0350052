// A page about everything that a library holds.
#pragma once

#include <string>

#include "prenorm/pages/library.h"
#include "prenorm/report/page.h"

namespace prenorm::pages {

// `command`: what makes the page again.
report::Page library_page(const Library& library, const std::string& command);

}  // namespace prenorm::pages
