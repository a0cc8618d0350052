// A page about everything that a library holds.
#pragma once

#include <string>

#include "prenorm/html/page.h"
#include "prenorm/pages/library.h"

namespace prenorm::pages {

// `command`: what makes the page again.
html::Page library_page(const Library& library, const std::string& command);

}  // namespace prenorm::pages
