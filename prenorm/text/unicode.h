// What tells text from nothing, in any script.
#pragma once

#include <string>
#include <string_view>

namespace prenorm::text {

// Whether well-formed UTF-8 shows nothing: white space, control and format characters, and the two symbols that
// SentencePiece's normalisation turns into a space (U+2581, U+FFFD). Such a line becomes no token at all.
bool is_blank(std::string_view text);

// Drops the byte order mark that some editors put before the first line of a file.
void strip_byte_order_mark(std::string& first_line);

}  // namespace prenorm::text
