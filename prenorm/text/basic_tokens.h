// Words of text as BERT cuts them before WordPiece: the BasicTokenizer of Devlin et al. 2019 (google-research/bert,
// tokenization.py). Cut at white space and around every punctuation mark and Chinese character; control characters go.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prenorm::text {

struct BasicTokenRules {
  bool lower_case = true;
  bool strip_accents = true;  // canonical decomposition without its nonspacing marks
};

// None is empty. Bytes that are not UTF-8 are left out.
std::vector<std::u32string> basic_tokens(std::string_view text, BasicTokenRules rules);

// The text before it is cut at punctuation: cleaned, a blank for each character of white space and on both sides of a
// Chinese one, lower-cased and stripped as the rules say. Its basic tokens are those of the text.
std::string normalize_words(std::string_view text, BasicTokenRules rules);

}  // namespace prenorm::text
