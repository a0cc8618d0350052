// First step of the cleaning: uniform quotes, dashes and blanks.
#pragma once

#include <string>
#include <string_view>

namespace prenorm::corpora {

// Double quotes become ", single quotes and apostrophes ', dashes -, the ellipsis ...; no-break spaces and control
// characters become blanks; soft hyphens and zero-width characters are removed; runs of blanks become one, and those at
// the ends are removed.
std::string normalize(std::string_view text);

std::string_view trim(std::string_view text);

}  // namespace prenorm::corpora
