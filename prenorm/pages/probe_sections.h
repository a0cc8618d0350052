// Page sections for the output of `prenorm probe --json` and `prenorm probe --theory --json`.
#pragma once

#include "prenorm/html/page.h"
#include "prenorm/pages/library.h"

namespace prenorm::pages {

// Errors: DataError if the file has another format.
html::Section probe_section(const Printed& probe);
html::Section theory_section(const Printed& theory);

}  // namespace prenorm::pages
