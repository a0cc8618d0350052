// Where commands are registered.
#pragma once

#include "cli/command.h"

namespace prenorm::cli {

// In the order in which help lists them.
void add_commands(CLI::App& app, Run& chosen);

}  // namespace prenorm::cli
