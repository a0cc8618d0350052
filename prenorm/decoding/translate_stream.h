// Text in, translation out, line by line, in bounded memory.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>

#include "prenorm/decoding/translate.h"

namespace prenorm::decoding {

struct StreamOptions {
  std::string_view name = "standard input";  // of the text, for messages
  // Lines that are read, translated and written together; 1 answers each line at once.
  std::int64_t chunk_lines = 4096;
  TranslationProgress progress;
};

// A line out for each line in; with n_best above 1, n_best lines `number ||| text ||| score`, the numbers from 0, as
// Moses writes them. Ends of line may be \n or \r\n, a byte order mark is dropped. Returns the number of lines read.
// Errors: FileError when reading or writing fails, DataError naming name:line for a line that is not UTF-8 or over
// 64 MiB. What came before the failing chunk has been written.
std::int64_t translate_stream(const LineTranslator& translator, std::istream& in, std::ostream& out,
                              const StreamOptions& options = {});

}  // namespace prenorm::decoding
