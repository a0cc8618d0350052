#include "prenorm/metrics/segments.h"

#include "prenorm/base/error.h"
#include "prenorm/base/unicode.h"
#include "prenorm/base/utf8.h"
#include "prenorm/metrics/lowercase.h"

namespace prenorm::metrics {

void check_line_counts(std::span<const std::string> hypotheses, std::span<const std::string> references) {
  if (hypotheses.size() != references.size())
    throw_error<DataError>("there are {} hypotheses but {} references; give one line of each for every sentence",
                           hypotheses.size(), references.size());
  if (hypotheses.empty()) throw_error<DataError>("there is nothing to score: no hypotheses and no references");
}

std::u32string read_segment(std::span<const std::string> lines, std::size_t index, bool lowercase,
                            std::string_view side) {
  try {
    const std::u32string text = decode_utf8(lines[index]);
    return lowercase ? to_lower(text) : text;
  } catch (const DataError& error) {
    throw_error<DataError>("{} line {}: {}", side, index + 1, error.what());
  }
}

}  // namespace prenorm::metrics
