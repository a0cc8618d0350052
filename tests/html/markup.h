// A checker for tests: whether HTML or SVG text is well formed as an XML reader would have it, HTML's void elements
// apart: tags nest, attributes are quoted and given once, entities are known, & and < stand nowhere else.
#pragma once

#include <string>
#include <string_view>

namespace prenorm::html {

// The first fault, or an empty string.
std::string markup_fault(std::string_view text);

// Occurrences of `piece`, not overlapping.
std::size_t count_of(std::string_view text, std::string_view piece);

}  // namespace prenorm::html
