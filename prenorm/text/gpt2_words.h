// Words of text as GPT-2 splits them before its byte-level BPE (Radford et al. 2019; openai/gpt-2, encoder.py):
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
#pragma once

#include <cstddef>
#include <string_view>

namespace prenorm::text {

// Size in bytes of the first word of `text`: at least one if the text is not empty, so that the words together are the
// text. A byte that is not UTF-8 counts as a symbol.
std::size_t gpt2_word_size(std::string_view text);

}  // namespace prenorm::text
