// Text for configuration files and messages: quoting, numbers, suggestions for a misspelt name.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace prenorm {

// Quotes, backslashes and control characters escaped as in a TOML basic string, so that any text stays on one line.
std::string escape(std::string_view text);
// A TOML basic string: "...".
std::string quote(std::string_view text);
// The same, cut to what fits in a message.
std::string quote_short(std::string_view text);

// The shortest text that reads back as the same double and is a TOML float: 0.1, 1.0, 1e-9, 4e20.
std::string float_text(double value);
// For human readers: 65536, 0.99, and round large numbers as 1e9.
std::string bound_text(double value);

// Edits (insert, delete, replace, swap neighbours) between two words: Damerau-Levenshtein, optimal string alignment.
std::size_t edit_distance(std::string_view a, std::string_view b);
// " (did you mean 'schedule.warmup_steps'?)" for the nearest candidate, or an empty string if none is near. For dotted
// keys, the right name in the wrong section, or without a section, counts as near.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace prenorm
