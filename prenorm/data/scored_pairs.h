// The lines of a validation text that are translated and scored.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace prenorm::data {

struct ScoredPairs {
  std::vector<std::string> sources, references;
  std::vector<std::int64_t> lines;  // of the files, from 1
};

// All pairs of lines of two files, plain or gzip, without ends of line and byte order mark, but for those of which a
// side is not UTF-8: data.invalid_utf8 = "refuse" has refused them when the text was prepared. Other than in the
// prepared corpus, empty and long ones are there: a translation of them is scored too. Errors: FileError.
ScoredPairs read_scored_pairs(const std::filesystem::path& source, const std::filesystem::path& reference);

}  // namespace prenorm::data
