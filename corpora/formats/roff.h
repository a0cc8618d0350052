// The low-level part of manual pages: escape sequences and macro arguments of roff (groff(7), man(7)).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prenorm::corpora {

// Text without fonts, sizes, motions and comments; special characters (\(em, \[dq], \-) as UTF-8.
std::string strip_roff_escapes(std::string_view line);

// The arguments after a macro's name: words between blanks; "..." holds blanks, "" in it is a quote.
std::vector<std::string> roff_arguments(std::string_view text);

}  // namespace prenorm::corpora
