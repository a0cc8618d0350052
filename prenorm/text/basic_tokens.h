// Words of text as BERT splits them before WordPiece: the BasicTokenizer of Devlin et al. 2019 (google-research/bert,
// tokenization.py). It splits at white space and around every punctuation mark and Chinese character, and drops control
// characters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prenorm::text {

struct BasicTokenRules {
  bool lower_case = true;
  bool strip_accents = true;  // canonical decomposition without its nonspacing marks
};

// No word is empty. Bytes that are not UTF-8 are dropped.
std::vector<std::u32string> basic_tokens(std::string_view text, BasicTokenRules rules);

// The text before it is split at punctuation: cleaned, with one blank for each white-space character and on both sides
// of each Chinese one, lower-cased and stripped according to the rules. It has the same basic tokens as the text.
std::string normalize_words(std::string_view text, BasicTokenRules rules);

}  // namespace prenorm::text
