// What CLI11 says about a command line, in our words.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace prenorm::cli {

// The text that was asked for: help or version. Errors: UsageError, one sentence with a hint, when `error` is one.
std::string answer(const CLI::App& app, const CLI::ParseError& error);

}  // namespace prenorm::cli
