// A text small enough to train a tokenizer on in milliseconds.
#pragma once

#include <string>
#include <vector>

#include "prenorm/text/tokenizer.h"

namespace prenorm::test {

inline const std::vector<std::string>& sample_lines() {
  static const std::vector<std::string> lines{"the cat sat on the mat",
                                              "a dog sat on the log",
                                              "the dog and the cat ran to the house",
                                              "two dogs run and two cats sit",
                                              "der Hund und die Katze sitzen auf der Matte",
                                              "ein Hund läuft über die Straße",
                                              "zwei Katzen schlafen in dem Haus",
                                              "die Straße ist naß und der Hund läuft"};
  return lines;
}

inline text::LineSource line_source(std::vector<std::string> lines) {
  return [lines = std::move(lines), next = std::size_t{0}](std::string& line) mutable {
    if (next == lines.size()) return false;
    line = lines[next++];
    return true;
  };
}

inline text::Tokenizer sample_tokenizer(TokenizerKind kind = TokenizerKind::kBpe) {
  TokenizerConfig config;
  config.kind = kind;
  config.vocab_size = kind == TokenizerKind::kBpe ? 64 : 48;
  return text::train_tokenizer(line_source(sample_lines()), config);
}

}  // namespace prenorm::test
