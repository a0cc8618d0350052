// `prenorm watch`: the page of `prenorm report`, live.
#pragma once

#include "cli/command.h"

namespace prenorm::cli {

void add_watch(CLI::App& app, Run& chosen);

}  // namespace prenorm::cli
