// The files that tokenizers come in, told apart by their content.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "prenorm/text/tokenizer_model.h"

namespace prenorm::text {

// The tokenizer at `path` as the content of one file that parse_tokenizer() reads. A folder gives its vocab.txt, else
// tokenizer.json, else vocab.json with merges.txt; so does either of the last two. Whether vocab.txt is of lower-cased
// text says do_lower_case of the tokenizer_config.json beside it, where there is one.
// Errors: FileError when a file is missing or cannot be read, DataError naming it when it is damaged.
std::string read_tokenizer_file(const std::filesystem::path& path);

// Errors: DataError naming `name` when the bytes are no tokenizer, or one without end of sentence.
std::shared_ptr<const TokenizerModel> parse_tokenizer(std::string_view bytes, std::string_view name);

}  // namespace prenorm::text
