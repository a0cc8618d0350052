// Foreign text on a terminal: names of files and data may contain anything, yet must stay on one line.
#pragma once

#include <string>
#include <string_view>

namespace prenorm {

// The text with everything that a terminal would act upon escaped: control characters and ends of line ("\n", "\x1b"),
// marks that change the direction of text ("\u202e"), and bytes that are not UTF-8 ("\xff").
std::string printable(std::string_view text);

}  // namespace prenorm
