// `prenorm config`: shows a configuration and the list of keys.
#pragma once

#include "cli/command.h"

namespace prenorm::cli {

void add_config(CLI::App& app, Run& chosen);

}  // namespace prenorm::cli
