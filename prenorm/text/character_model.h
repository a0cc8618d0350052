// Tokenizers whose tokens are characters, or bytes: nothing to learn but which characters there are, and text comes
// back as it was. Ids: unk 0, begin 1, end 2, the mask where it is wanted, then the characters by code point, or 256
// bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "prenorm/text/tokenizer_model.h"

namespace prenorm::text {

// `characters`: ascending and distinct. A character that is not among them, and a byte that is not UTF-8, is unk.
std::shared_ptr<const TokenizerModel> make_character_model(const std::u32string& characters, bool mask);

// Any bytes; none is unk, and what decode() gives may end within a character.
std::shared_ptr<const TokenizerModel> make_byte_model(bool mask);

}  // namespace prenorm::text
