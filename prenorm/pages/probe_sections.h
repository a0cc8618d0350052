// What a page says of what `prenorm probe --json` and `prenorm probe --theory --json` printed.
#pragma once

#include "prenorm/html/page.h"
#include "prenorm/pages/library.h"

namespace prenorm::pages {

// Figures that are missing are left out. Errors: DataError where the file has another form.
html::Section probe_section(const Printed& probe);
html::Section theory_section(const Printed& theory);

}  // namespace prenorm::pages
