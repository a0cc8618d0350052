// Splits running text of a European language into sentences.
#pragma once

#include <string_view>
#include <vector>

namespace prenorm::corpora {

// Splits normalised text (see normalize.h) after ., ! or ? (with closing quotes and brackets) before a blank and a
// capital letter, but not after abbreviations, initials and numbers of one or two digits ("3. Mai"). A missed end is
// harmless, since both sides then stay longer; a wrong one pairs unrelated text. The pieces are views into `text`.
std::vector<std::string_view> split_sentences(std::string_view text);

}  // namespace prenorm::corpora
