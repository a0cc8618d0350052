// WordPiece (Wu et al. 2016; Devlin et al. 2019): each word of basic_tokens() is cut, from its begin on, into the
// longest pieces that the vocabulary has; pieces inside a word are written with "##" before them.
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
  std::size_t longest_word = 100;  // characters; a longer word is [UNK]
};

// [CLS] is begin and [SEP] end of sentence. `serialized`: the tokenizer.json it was read from; empty writes one.
// `added`: those of the pieces that are no pieces of words.
// Errors: DataError naming `name` when the vocabulary lacks [UNK] or has no [SEP].
std::shared_ptr<const TokenizerModel> make_wordpiece(std::vector<std::string> pieces, WordPieceRules rules,
                                                     std::string serialized, std::string_view name,
                                                     std::vector<AddedToken> added = {});

// Whether the bytes are a vocab.txt of BERT rather than anything else.
bool is_wordpiece_vocabulary(std::string_view bytes);
// The pieces of a vocab.txt, one a line. Errors: DataError naming file and line of an empty or repeated piece.
std::vector<std::string> parse_wordpiece_vocabulary(std::string_view bytes, std::string_view name);
// What the vocabulary itself says of lower-casing: without a capital ASCII letter (but in [CLS] and the like) it is one
// of lower-cased text, whose accents BERT strips too.
BasicTokenRules guess_basic_token_rules(const std::vector<std::string>& pieces);

}  // namespace prenorm::text
