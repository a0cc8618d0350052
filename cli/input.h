// Reading input texts, and protecting them from being overwritten.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/files/line_reader.h"

namespace prenorm::cli {

// A file, a pipe, or for "-" and "" standard input; any of them may be gzip. Errors: FileError.
LineReader open_text(const std::string& path);
// All of standard input, without its byte order mark. Errors: FileError.
std::string read_standard_input_text();

// For an option that names an output file. Errors: UsageError if that is one of the inputs, under any name, or is
// inside an input folder.
void refuse_input_as_output(std::string_view option, const std::filesystem::path& output,
                            const std::vector<std::filesystem::path>& inputs);

}  // namespace prenorm::cli
