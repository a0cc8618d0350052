// Tokenizers written as JSON: Hugging Face's tokenizer.json with a WordPiece or byte-level BPE model, and our own files
// for characters and bytes.
#pragma once

#include <memory>
#include <string_view>

#include "prenorm/text/tokenizer_model.h"

namespace prenorm::text {

// The value of "format" in our own files.
inline constexpr const char* kOwnFormat = "prenorm tokenizer";

// Errors: DataError naming the file `name` and what in it is damaged, missing or unsupported.
std::shared_ptr<const TokenizerModel> parse_tokenizer_json(std::string_view bytes, std::string_view name);

}  // namespace prenorm::text
