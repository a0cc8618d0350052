// Byte-level BPE of GPT-2 (Radford et al. 2019): words of gpt2_words.h as bytes, each written as one printable
// character, whose pairs are merged in the order of the merges. Decoding gives back the same text.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/text/added_tokens.h"
#include "prenorm/text/tokenizer_model.h"

namespace prenorm::text {

using Merges = std::vector<std::pair<std::string, std::string>>;

// `pieces`: pieces of text, written with one character per byte, and special ones: end (<|endoftext|> or </s>; also
// begin if there is no <s>), <mask>, <pad>, <unk>. Text does not become special pieces. `serialized`: the
// tokenizer.json they were read from. `added`: the pieces that are not pieces of text. Errors: DataError naming `name`
// and the merge whose pieces are not in the vocabulary, a byte that has no piece, or the missing end.
std::shared_ptr<const TokenizerModel> make_byte_level_bpe(std::vector<std::string> pieces, const Merges& merges,
                                                          std::string serialized, std::string_view name,
                                                          std::vector<AddedToken> added = {});

}  // namespace prenorm::text
