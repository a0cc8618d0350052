#pragma once

#include "cli/command.h"

namespace prenorm::cli {

void add_probe(CLI::App& app, Run& chosen);

}  // namespace prenorm::cli
