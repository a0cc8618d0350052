// The file formats of tokenizers, recognised by their content.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "prenorm/text/tokenizer_model.h"

namespace prenorm::text {

// The tokenizer at `path` as the content of one file that parse_tokenizer() reads. In a folder that is vocab.txt, else
// tokenizer.json, else vocab.json with merges.txt; `path` may also be one of the last two. Whether vocab.txt is for
// lower-cased text is decided by do_lower_case in the tokenizer_config.json next to it, if there is one. Errors:
// FileError if a file is missing or cannot be read, DataError naming it if it is damaged.
std::string read_tokenizer_file(const std::filesystem::path& path);

// Errors: DataError naming `name` if the bytes are not a tokenizer, or one without end of sentence.
std::shared_ptr<const TokenizerModel> parse_tokenizer(std::string_view bytes, std::string_view name);

}  // namespace prenorm::text
