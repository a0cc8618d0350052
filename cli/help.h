// Help that fits a screen of 80 columns.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Formatter.hpp>
#include <string>
#include <string_view>

namespace prenorm::cli {

// What a command does, in a few words; empty if there is no such command.
using BriefText = std::string_view (*)(std::string_view command);

// What a command does, its usage line, then arguments, options and subcommands in two columns.
class HelpFormatter : public CLI::Formatter {
 public:
  // `brief_text`: for the list of all commands of the program; if null, each has a line of its own.
  explicit HelpFormatter(BriefText brief_text) : brief_text_(brief_text) {}
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;

 private:
  BriefText brief_text_;
};

// "prenorm corpus debian".
std::string full_name(const CLI::App& app);

}  // namespace prenorm::cli
