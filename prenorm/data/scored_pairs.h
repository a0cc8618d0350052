// The lines of a validation text that are translated and scored.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace prenorm::data {

struct ScoredPairs {
  std::vector<std::string> sources, references;
  std::vector<std::int64_t> lines;  // in the files, counted from 1
};

// All pairs of lines of two files, plain or gzip, without ends of line and byte order mark, except pairs with a side
// that is not UTF-8: with data.invalid_utf8 = "refuse" those were rejected when the text was prepared. Unlike in the
// prepared corpus, empty and long lines are included, since their translations are scored too. Errors: FileError.
ScoredPairs read_scored_pairs(const std::filesystem::path& source, const std::filesystem::path& reference);

}  // namespace prenorm::data
