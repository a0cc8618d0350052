// Checks and reading of segments that BLEU and chrF share.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace prenorm::metrics {

// The version whose definition and scores ours match; signatures contain it, so that figures stay comparable.
inline constexpr std::string_view kSacrebleuVersion = "2.5.1";

// Errors: DataError if the sides differ in length or are empty.
void check_line_counts(std::span<const std::string> hypotheses, std::span<const std::string> references);

// Line `index` (from 0) as code points, in lower case if asked. `side` is "hypothesis" or "reference".
// Errors: DataError for a line that is not UTF-8.
std::u32string read_segment(std::span<const std::string> lines, std::size_t index, bool lowercase,
                            std::string_view side);

}  // namespace prenorm::metrics
