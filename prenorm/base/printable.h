// Text of others on a terminal: names of files and data may hold anything, and a line is a line.
#pragma once

#include <string>
#include <string_view>

namespace prenorm {

// The text with what a terminal would act upon written as an escape: control characters and ends of line ("\n",
// "\x1b"), marks that change the direction of text ("\u202e"), and bytes that are not UTF-8 ("\xff").
std::string printable(std::string_view text);

}  // namespace prenorm
