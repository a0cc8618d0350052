// Plain text from HTML and from text with markup. Broken markup gives odd text, never an error.
#pragma once

#include <string>
#include <string_view>

namespace prenorm::corpora {

// Without tags; <br> becomes a blank.
std::string strip_tags(std::string_view html);
// Resolves &amp; &lt; &gt; &quot; &apos; &nbsp; and numeric references; others are kept.
std::string unescape_entities(std::string_view html);
// The value of attribute `name` in a tag's text ("p id=\"x\" class=..."), empty if there is none.
std::string_view attribute(std::string_view tag, std::string_view name);

}  // namespace prenorm::corpora
