// A page section for the output of `prenorm probe --updates --json`.
#pragma once

#include "prenorm/html/page.h"
#include "prenorm/pages/library.h"

namespace prenorm::pages {

// Spectra as curves, ranks by layer and matrix as heat maps, a table. Errors: DataError if the file has another format.
html::Section update_section(const Printed& updates);

}  // namespace prenorm::pages
