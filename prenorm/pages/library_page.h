// The page for everything in a library.
#pragma once

#include <string>

#include "prenorm/html/page.h"
#include "prenorm/pages/library.h"

namespace prenorm::pages {

// `command`: the command that creates the page again.
html::Page library_page(const Library& library, const std::string& command);

}  // namespace prenorm::pages
