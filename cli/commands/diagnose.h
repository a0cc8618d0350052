#pragma once

#include "cli/command.h"

namespace prenorm::cli {
void add_diagnose(CLI::App& app, Run& chosen);
}  // namespace prenorm::cli
