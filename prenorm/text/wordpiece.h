// WordPiece (Wu et al. 2016; Devlin et al. 2019): each word of basic_tokens() is split, from its start, into the
// longest pieces of the vocabulary; pieces inside a word are written with a leading "##".
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/text/added_tokens.h"
#include "prenorm/text/basic_tokens.h"
#include "prenorm/text/tokenizer_model.h"

namespace prenorm::text {

struct WordPieceRules {
  BasicTokenRules words;
  std::size_t longest_word = 100;  // in characters; a longer word becomes [UNK]
};

// [CLS] is begin and [SEP] end of sentence. `serialized`: the tokenizer.json it was read from; if empty, one is
// written. `added`: the pieces that are not pieces of words. Errors: DataError naming `name` if the vocabulary lacks
// [UNK] or [SEP].
std::shared_ptr<const TokenizerModel> make_wordpiece(std::vector<std::string> pieces, WordPieceRules rules,
                                                     std::string serialized, std::string_view name,
                                                     std::vector<AddedToken> added = {});

// Whether the bytes are a vocab.txt of BERT.
bool is_wordpiece_vocabulary(std::string_view bytes);
// The pieces of a vocab.txt, one per line. Errors: DataError naming file and line of an empty or repeated piece.
std::vector<std::string> parse_wordpiece_vocabulary(std::string_view bytes, std::string_view name);
// The rules that the vocabulary itself implies: without a capital ASCII letter (except in [CLS] and the like) it is for
// lower-cased text, whose accents BERT strips too.
BasicTokenRules guess_basic_token_rules(const std::vector<std::string>& pieces);

}  // namespace prenorm::text
