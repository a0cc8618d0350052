// A checker for tests: whether HTML or SVG text, apart from HTML's void elements, is well-formed XML: tags nest,
// attributes are quoted and unique, entities are known, and & and < occur nowhere else.
#pragma once

#include <string>
#include <string_view>

namespace prenorm::html {

// The first fault, or an empty string.
std::string markup_fault(std::string_view text);

// Occurrences of `piece`, not overlapping.
std::size_t count_of(std::string_view text, std::string_view piece);

}  // namespace prenorm::html
