#include "cli/command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "prenorm/base/text.h"

namespace prenorm::cli {

void run_as(CLI::App& command, Run& chosen, Run run) {
  command.callback([&chosen, run = std::move(run)] { chosen = run; });
}

void add_json_flag(CLI::App& command, bool& json) {
  command.add_flag("--json", json, "print one JSON object instead of text");
}

CLI::Validator one_of(std::vector<std::string> words) {
  const auto check = [words = std::move(words)](std::string& word) -> std::string {
    if (std::find(words.begin(), words.end(), word) != words.end()) return {};
    const std::string nearest = word.size() > 1 ? did_you_mean(word, words) : "";  // every word is close to a single
                                                                                   // letter
    return fmt::format("{} is not one of {}{}", quote_short(word), fmt::join(words, ", "), nearest);
  };
  return CLI::Validator(check, "");
}

}  // namespace prenorm::cli
