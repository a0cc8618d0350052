// Where sentences end in running text of a European language.
#pragma once

#include <string_view>
#include <vector>

namespace prenorm::corpora {

// Cuts normalised text (see normalize.h) after ., ! or ? (with closing quotes and brackets) before a blank and a
// capital letter. Not after abbreviations, initials and numbers of one or two digits ("3. Mai"): a missed end is
// harmless, since both sides then stay longer, a wrong one pairs what does not belong together.
// The pieces are views into `text`.
std::vector<std::string_view> split_sentences(std::string_view text);

}  // namespace prenorm::corpora
