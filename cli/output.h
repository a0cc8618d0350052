// Standard output.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "prenorm/base/json_kind.h"

namespace prenorm::cli {

// The reader of our output has gone (`prenorm ... | head`), so we end quietly.
struct OutputClosed {};

// Occupies the descriptors of closed standard streams, so that no file opened later is read or written in their place.
// Using such a stream still fails.
void reserve_standard_streams();

// Errors: OutputClosed; FileError if the output cannot be written (full disk).
void print(std::string_view text);
// One object of this kind and a newline. Text that is not UTF-8 (a file's name) is made so.
void print_json(const JsonKind& kind, const nlohmann::ordered_json& members);
void flush_output();

}  // namespace prenorm::cli
