// Translates text line by line in bounded memory.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>

#include "prenorm/decoding/translate.h"

namespace prenorm::decoding {

struct StreamOptions {
  std::string_view name = "standard input";  // of the text, for messages
  // Number of lines that are read, translated and written together; 1 answers each line at once.
  std::int64_t chunk_lines = 4096;
  TranslationProgress progress;
};

// Writes one line for each line read; with n_best above 1, n_best lines `number ||| text ||| score`, numbered from 0,
// in the format of Moses. Lines may end with \n or \r\n, and a byte order mark is dropped. Returns the number of lines
// read. Errors: FileError if reading or writing fails, DataError naming name:line for a line that is not UTF-8 or
// longer than 64 MiB. Everything before the failing chunk has been written.
std::int64_t translate_stream(const LineTranslator& translator, std::istream& in, std::ostream& out,
                              const StreamOptions& options = {});

}  // namespace prenorm::decoding
