// First step of the cleaning: one spelling for quotes, dashes and blanks.
#pragma once

#include <string>
#include <string_view>

namespace prenorm::corpora {

// Double quotes become ", single quotes and apostrophes ', dashes -, the ellipsis ...; no-break spaces and control
// characters become blanks; soft hyphens and zero-width characters go; runs of blanks become one, the ends none.
std::string normalize(std::string_view text);

std::string_view trim(std::string_view text);

}  // namespace prenorm::corpora
