#include "cli/usage.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "cli/help.h"
#include "prenorm/base/error.h"
#include "prenorm/base/text.h"

namespace prenorm::cli {
namespace {

// The innermost command on the command line.
const CLI::App& innermost(const CLI::App& app) {
  const std::vector<CLI::App*> named = app.get_subcommands();
  return named.empty() ? app : innermost(*named.front());
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

bool is_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

// Describes the first unused word, or returns nothing. CLI11 complains about it only after everything else, but a
// misspelt name is the cause of what else is missing.
std::string leftover_sentence(const CLI::App& app, bool asks_for_help) {
  const std::vector<std::string> left = app.remaining(true);
  const CLI::App& command = innermost(app);
  for (const std::string& word : left) {
    if (!is_option(word) || asks_for_help) continue;
    const std::string name = word.substr(0, word.find('='));
    return fmt::format("unknown option {}{}", quote_short(name), did_you_mean(name, option_names(command)));
  }
  for (const std::string& word : left) {
    if (is_option(word)) continue;
    const std::vector<std::string> commands = command_names(command);
    if (!commands.empty()) return fmt::format("unknown command {}{}", quote_short(word), did_you_mean(word, commands));
    if (!asks_for_help) return fmt::format("unexpected argument {}", quote_short(word));
  }
  return {};
}

// CLI11 begins these messages with the option's name: "--metric: 1 required TEXT missing".
std::string option_sentence(std::string_view message) {
  const std::string_view name = message.substr(0, message.find(": "));
  return fmt::format("{}: {}", name,
                     message.find("missing") != std::string_view::npos ? "needs a value" : "given more than once");
}

// "Could not convert: --beam = x".
std::string conversion_sentence(std::string_view message) {
  constexpr std::string_view kLead = "Could not convert: ", kEquals = " = ";
  const std::size_t equals = message.find(kEquals);
  if (!message.starts_with(kLead) || equals == std::string_view::npos) return std::string(message);
  return fmt::format("{}: {} is not a value of the right kind", message.substr(kLead.size(), equals - kLead.size()),
                     quote_short(message.substr(equals + kEquals.size())));
}

std::string sentence(const CLI::App& command, const CLI::ParseError& error) {
  std::string message = error.what();
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    if (!command_names(command).empty()) return "no command given";
    constexpr std::string_view kTail = " is required";
    return message.ends_with(kTail) ? message.substr(0, message.size() - kTail.size()) + " is missing" : message;
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) return option_sentence(message);
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) return conversion_sentence(message);
  return message;
}

}  // namespace

std::string answer(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = innermost(app);
  const auto* version = dynamic_cast<const CLI::CallForVersion*>(&error);
  const bool asks_for_help = dynamic_cast<const CLI::CallForHelp*>(&error) != nullptr;
  std::string problem = leftover_sentence(app, asks_for_help || version != nullptr);
  if (problem.empty()) {
    if (version != nullptr) return std::string(version->what()) + "\n";
    if (asks_for_help) return command.help();
    problem = sentence(command, error);
  }
  throw_error<UsageError>("{}; run `{} --help`", problem, full_name(command));
}

}  // namespace prenorm::cli
