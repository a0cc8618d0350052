// Help that fits a screen of 80 columns.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Formatter.hpp>
#include <string>

namespace prenorm::cli {

// What a command does, its usage line, then arguments, options and subcommands in two columns.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
};

// "prenorm corpus debian".
std::string full_name(const CLI::App& app);

}  // namespace prenorm::cli
