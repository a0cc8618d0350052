// Messages for exceptions that are not ours.
#pragma once

#include <exception>
#include <string>

namespace prenorm::cli {

// One sentence without a stack trace: for lack of memory what to make smaller, otherwise the exception's message.
std::string explain_error(const std::exception& error);

}  // namespace prenorm::cli
