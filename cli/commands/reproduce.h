// prenorm reproduce: experiments of papers, with a pass or fail for each claim.
#pragma once

#include "cli/command.h"

namespace prenorm::cli {

void add_reproduce(CLI::App& app, Run& chosen);

}  // namespace prenorm::cli
