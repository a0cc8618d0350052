// Text from a small alphabet, so that n-grams repeat, with the characters that the tokenizers treat apart.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/base/random.h"

namespace prenorm::metrics {

inline std::string random_line(RandomStream& random, std::uint64_t longest) {
  constexpr std::array<std::string_view, 16> kPieces{"a", "b", "A",  "1",      " ", " ",  " ", ".",
                                                     ",", "-", "\"", "&quot;", "é", "日", "«", "€"};
  std::string line;
  for (std::uint64_t left = random.below(longest + 1); left > 0; --left) line += kPieces[random.below(kPieces.size())];
  return line;
}

inline std::vector<std::string> random_lines(RandomStream& random, std::size_t count, std::uint64_t longest) {
  std::vector<std::string> lines(count);
  for (std::string& line : lines) line = random_line(random, longest);
  return lines;
}

}  // namespace prenorm::metrics
