#pragma once

#include "cli/command.h"

namespace prenorm::cli {
void add_export(CLI::App& app, Run& chosen);
}  // namespace prenorm::cli
