// The tokenizers that BLEU scores are published with, as sacreBLEU defines them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/base/describe.h"

namespace prenorm::metrics {

enum class BleuTokenizer : std::uint8_t {
  k13a,   // mteval-v13a.pl: unescapes &quot; &amp; &lt; &gt;, separates ASCII punctuation except in 1,000.5 and e-mail
  kIntl,  // mteval-v14.pl's international tokenizer: separates punctuation by Unicode category, and every symbol
  kChar,  // each character except blanks
  kNone,  // whatever is between blanks
};

// `text` with blanks around its tokens. The text is used unchanged: corpus_bleu() removes trailing blanks first, which
// matter to kIntl ("3." is one token, "3. " is two).
std::u32string separate_tokens(std::u32string_view text, BleuTokenizer tokenizer);

// The tokens of UTF-8 text. Errors: DataError if it is not UTF-8.
std::vector<std::string> tokenize(std::string_view text, BleuTokenizer tokenizer);

}  // namespace prenorm::metrics

template <>
struct prenorm::EnumNames<prenorm::metrics::BleuTokenizer> {
  using Tokenizer = prenorm::metrics::BleuTokenizer;
  static constexpr std::array<std::pair<Tokenizer, std::string_view>, 4> values{
      {{Tokenizer::k13a, "13a"}, {Tokenizer::kIntl, "intl"}, {Tokenizer::kChar, "char"}, {Tokenizer::kNone, "none"}}};
};
