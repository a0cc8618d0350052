// The sentence for an exception that is not ours.
#pragma once

#include <exception>
#include <string>

namespace prenorm::cli {

// One sentence without a stack trace: for lack of memory what to make smaller, for anything else what it says.
std::string explain_error(const std::exception& error);

}  // namespace prenorm::cli
