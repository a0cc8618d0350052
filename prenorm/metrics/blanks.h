// Text of metrics cut at blanks, which are white space as in Python's str.isspace().
#pragma once

#include <string_view>
#include <vector>

namespace prenorm::metrics {

std::u32string_view without_trailing_blanks(std::u32string_view text);
// The runs between blanks, as views of `text`; none is empty.
std::vector<std::u32string_view> split_at_blanks(std::u32string_view text);

}  // namespace prenorm::metrics
