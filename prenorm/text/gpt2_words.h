// Words of text as GPT-2 cuts them before its byte-level BPE (Radford et al. 2019; openai/gpt-2, encoder.py):
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
#pragma once

#include <cstddef>
#include <string_view>

namespace prenorm::text {

// Bytes of the word that `text` begins with: at least one where there is text, so that the words are the text.
// A byte that is not UTF-8 counts as a symbol.
std::size_t gpt2_word_size(std::string_view text);

}  // namespace prenorm::text
