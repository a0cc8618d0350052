// Standard output.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "prenorm/base/json_kind.h"

namespace prenorm::cli {

// Whoever read our output has gone (`prenorm ... | head`): nothing more to say.
struct OutputClosed {};

// Takes the places of standard streams that are closed, so that no file that is opened later is written to or read
// from in their stead. Using such a stream still fails.
void reserve_standard_streams();

// Errors: OutputClosed; FileError when the output cannot be written (full disk).
void print(std::string_view text);
// One object of this kind and a newline. Text that is not UTF-8 (a file's name) is made so.
void print_json(const JsonKind& kind, const nlohmann::ordered_json& members);
void flush_output();

}  // namespace prenorm::cli
