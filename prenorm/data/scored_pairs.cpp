#include "prenorm/data/scored_pairs.h"

#include <utility>

#include "prenorm/base/utf8.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::data {

ScoredPairs read_scored_pairs(const std::filesystem::path& source, const std::filesystem::path& reference) {
  LineReader sources(source), references(reference);
  ScoredPairs pairs;
  for (std::string from, to; sources.next(from) && references.next(to);) {
    if (!is_utf8(from) || !is_utf8(to)) continue;
    pairs.sources.push_back(std::move(from));
    pairs.references.push_back(std::move(to));
    pairs.lines.push_back(sources.line_number());
  }
  return pairs;
}

}  // namespace prenorm::data
