#pragma once

#include "cli/command.h"

namespace prenorm::cli {
void add_generate(CLI::App& app, Run& chosen);
}  // namespace prenorm::cli
