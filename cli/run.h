// A program: its commands, parsed and run.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "cli/command.h"

namespace prenorm::cli {

struct Program {
  std::string_view name, description;
  // Adds the commands; the one that is given on the command line sets what runs.
  void (*add_commands)(CLI::App& app, Run& chosen);
  // What a command does, in a few words, for a list of all of them that fits a screen. Null: their descriptions are
  // shown.
  std::string_view (*brief_text)(std::string_view command) = nullptr;
  // The sentence for an exception that is not prenorm's own. Null: what it says itself.
  std::string (*explain)(const std::exception& error) = nullptr;
};

// Parses, runs the chosen command and returns the exit code: 0 done, 1 failed, 2 wrong command line or configuration.
// This is the only place where an exception becomes `error: <sentence>` on stderr.
int run(const Program& program, int argc, const char* const* argv);

}  // namespace prenorm::cli
