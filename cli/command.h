// The parts that every command has: `void add_NAME(CLI::App& app, Run& chosen)` declares its options and what to run.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace prenorm::cli {

// A parsed command, ready to run; its result is the exit code.
using Run = std::function<int()>;

// Puts `run` into `chosen` when the whole command line has been parsed and names `command`.
void run_as(CLI::App& command, Run& chosen, Run run);

// Adds --json: exactly one JSON object on stdout, everything for human readers on stderr.
void add_json_flag(CLI::App& command, bool& json);

// Accepts only these words; the error message names them and the nearest one.
CLI::Validator one_of(std::vector<std::string> words);

// The names of an enum (base/describe.h), for one_of().
template <class Values>
std::vector<std::string> names_of(const Values& values) {
  std::vector<std::string> names;
  names.reserve(std::size(values));
  for (const auto& value : values) names.emplace_back(value.second);
  return names;
}

}  // namespace prenorm::cli
