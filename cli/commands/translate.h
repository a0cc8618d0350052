#pragma once

#include "cli/command.h"

namespace prenorm::cli {
void add_translate(CLI::App& app, Run& chosen);
}  // namespace prenorm::cli
