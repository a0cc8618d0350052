// The rules for sentence pairs, and when two English sentences count as the same.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace prenorm::corpora {

// Why a pair is dropped; the rules are tried in this order.
enum class Rejection : std::uint8_t {
  kNone,
  kEncoding,  // not UTF-8
  kWords,     // not 4 to 60 English and 3 to 60 other words
  kRatio,     // characters of the other side / English characters outside 0.5 to 2.2
  kLetters,   // under 70 % letters on one side (blanks not counted)
  kMarkup,    // format directives, addresses, code
  kCopied,    // more than 60 % of the English tokens occur in the other side
  kDigits,    // the numbers differ
  kScript,    // letters that are not Latin
};

// Both sides are normalised (normalize.h), one sentence each.
Rejection check_pair(std::string_view english, std::string_view other);

// Whether a normalised line of English is useful for a language model: UTF-8, three words or more, at least 70 %
// letters (blanks not counted), Latin script only, no web or mail address, none of the marks <>{}| and backslash, which
// are typical of program text. Identifiers and numbers are allowed.
bool is_running_text(std::string_view english);

// Lower case, no punctuation, every digit 0: English sentences with the same key count as duplicates.
std::string duplicate_key(std::string_view english);

enum class Split : std::uint8_t { kTrain, kDev, kTest };
// By CRC-32 of the key modulo 100 (0: test, 1: dev), so that a sentence stays in its part whatever else is in the
// corpus.
Split split_of_key(std::string_view key);

std::size_t count_words(std::string_view text);

}  // namespace prenorm::corpora
