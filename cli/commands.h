// Registers all commands.
#pragma once

#include <string_view>

#include "cli/command.h"

namespace prenorm::cli {

// In the order in which help lists them.
void add_commands(CLI::App& app, Run& chosen);

// What the command of that name does, in a few words, for a list of all commands that fits a screen. Empty for other
// names.
std::string_view brief_text(std::string_view name);

}  // namespace prenorm::cli
