// Pages about experiments of papers: checks, figures, heat maps and notes, whatever the paper.
#pragma once

#include <string>
#include <vector>

#include "prenorm/html/page.h"
#include "prenorm/papers/reproduce.h"

namespace prenorm::pages {

html::Section experiment_section(const papers::Reproduced& reproduced);

// A page about experiments alone, as `prenorm reproduce` writes it.
html::Page reproduction_page(const std::vector<papers::Reproduced>& all);

}  // namespace prenorm::pages
