// Tokenizers whose tokens are characters or bytes: training only collects the characters, and decoding gives back the
// same text. Ids: unk 0, begin 1, end 2, the mask if requested, then the characters by code point, or 256 bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "prenorm/text/tokenizer_model.h"

namespace prenorm::text {

// `characters`: ascending and distinct. Other characters, and bytes that are not UTF-8, become unk.
std::shared_ptr<const TokenizerModel> make_character_model(const std::u32string& characters, bool mask);

// Accepts any bytes; none is unk, and the result of decode() may end within a character.
std::shared_ptr<const TokenizerModel> make_byte_model(bool mask);

}  // namespace prenorm::text
