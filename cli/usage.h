// Rewords CLI11's errors.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace prenorm::cli {

// The requested text: help or version. Errors: UsageError, one sentence with a hint, if `error` is an error.
std::string answer(const CLI::App& app, const CLI::ParseError& error);

}  // namespace prenorm::cli
