#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace prenorm::cli {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kWidestLabel = 24;

struct Row {
  std::string label, text;
};

// `text` after `start`, wrapped at blanks; further lines are indented.
std::string wrap(std::string start, std::string_view text, std::size_t indent) {
  std::string result, line = std::move(start);
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, blank);
    if (line.size() + word.size() > kColumns && line.size() > indent) {
      result += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
      line.assign(indent, ' ');
    }
    line += word;
    line += ' ';
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
  return result + line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

std::string label_of(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true, false);
  std::string label = CLI::detail::find_and_replace(option.get_name(false, true), ",", ", ");
  const std::string type = option.get_type_name();  // "N:INT in [1 - 9]" if a range is checked
  return option.get_type_size() == 0 || type.empty() ? label : label + " " + type.substr(0, type.find(':'));
}

std::string text_of(const CLI::Option& option) {
  const std::string& value = option.get_default_str();
  return value.empty() ? option.get_description() : fmt::format("{} [{}]", option.get_description(), value);
}

std::vector<Row> rows_of(const std::vector<const CLI::Option*>& options) {
  std::vector<Row> rows;
  rows.reserve(options.size());
  for (const CLI::Option* option : options) rows.push_back({label_of(*option), text_of(*option)});
  return rows;
}

std::string table(std::string_view title, const std::vector<Row>& rows) {
  if (rows.empty()) return {};
  std::size_t width = 0;
  for (const Row& row : rows) width = std::max(width, row.label.size());
  width = std::min(width, kWidestLabel);
  std::string result = fmt::format("\n{}:\n", title);
  for (const Row& row : rows) result += wrap(fmt::format("  {:<{}}  ", row.label, width), row.text, width + 4);
  return result;
}

// All commands of the program, which are too many for one line each: down the first column, then the second.
std::string command_columns(const std::vector<const CLI::App*>& commands, BriefText brief_text) {
  constexpr std::size_t kName = 11;
  const std::size_t lines = (commands.size() + 1) / 2;
  const auto cell = [&](std::size_t i) {
    const std::string& name = commands[i]->get_name();
    return fmt::format("  {:<{}}{}", name, kName, brief_text(name));
  };
  std::string result = "\nCommands:\n";
  for (std::size_t i = 0; i < lines; ++i)
    result += i + lines < commands.size() ? fmt::format("{:<{}}{}\n", cell(i), kColumns / 2, cell(i + lines))
                                          : cell(i) + "\n";
  return result;
}

std::string usage(const CLI::App& app, bool has_commands) {
  std::string line;
  for (const CLI::Option* option : app.get_options())
    if (option->get_required() && option->nonpositional()) line += label_of(*option) + " ";
  for (const CLI::Option* option : app.get_options())
    if (option->get_positional())
      line += option->get_required() ? label_of(*option) + " " : fmt::format("[{}] ", label_of(*option));
  line += has_commands ? fmt::format("COMMAND ... (its options: {} COMMAND --help)", full_name(app)) : "[OPTIONS]";
  return wrap(fmt::format("Usage: {} ", full_name(app)), line, 7);
}

}  // namespace

std::string full_name(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name() : full_name(*app.get_parent()) + " " + app.get_name();
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const {
  const std::vector<const CLI::App*> below = app->get_subcommands({});
  std::vector<Row> commands;
  commands.reserve(below.size());
  for (const CLI::App* command : below) commands.push_back({command->get_name(), command->get_description()});
  const auto positional = [](const CLI::Option* option) { return option->get_positional(); };
  const auto named = [](const CLI::Option* option) { return option->nonpositional(); };
  std::string text = wrap("", app->get_description(), 0) + "\n" + usage(*app, !commands.empty());
  text += app->get_parent() == nullptr && brief_text_ != nullptr ? command_columns(below, brief_text_)
                                                                 : table("Commands", commands);
  text += table("Arguments", rows_of(app->get_options(positional)));
  text += table("Options", rows_of(app->get_options(named)));
  if (!app->get_footer().empty()) text += "\n" + wrap("", app->get_footer(), 0);
  return text;
}

}  // namespace prenorm::cli
