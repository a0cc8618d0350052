// Escaping text for HTML and SVG.
#pragma once

#include <string>
#include <string_view>

namespace prenorm::html {

// `text` as the content of an element or of a quoted attribute, in HTML and SVG: & < > " ' become entities; bytes that
// are not UTF-8 and control characters other than tab and newline, which neither format may contain, become U+FFFD.
std::string escape(std::string_view text);

// Number of code points of well-formed UTF-8, to estimate a text's width. Malformed bytes count one each.
std::size_t count_characters(std::string_view text);

// The first `limit` characters of `text`; the last is "…" if text was cut.
std::string shorten(std::string_view text, std::size_t limit);

}  // namespace prenorm::html
