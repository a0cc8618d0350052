// `prenorm report`: a page about runs, studies and probes.
#pragma once

#include "cli/command.h"

namespace prenorm::cli {

void add_report(CLI::App& app, Run& chosen);

}  // namespace prenorm::cli
