#include "prenorm/data/parallel_text.h"

#include <fmt/format.h>

#include <utility>

#include "prenorm/base/error.h"
#include "prenorm/base/unicode.h"
#include "prenorm/base/utf8.h"

namespace prenorm::data {
namespace {

std::int64_t count_lines(const std::filesystem::path& path) {
  LineReader reader(path);
  std::string line;
  while (reader.next(line)) {
  }
  return reader.line_number();
}

}  // namespace

ParallelText::ParallelText(const std::filesystem::path& source, const std::filesystem::path& target,
                           const DataConfig& rules)
    : rules_(rules), source_(source), target_(target) {
  lines_ = count_lines(source);
  const std::int64_t target_lines = count_lines(target);
  if (lines_ != target_lines) refuse_line_counts(lines_, target_lines);
  if (lines_ == 0) throw_error<DataError>("{} and {}: both files are empty", source.string(), target.string());
}

void ParallelText::refuse_line_counts(std::int64_t source_lines, std::int64_t target_lines) const {
  throw_error<DataError>("{} has {} lines, {} has {}: line N of one must translate line N of the other",
                         source_.path().string(), source_lines, target_.path().string(), target_lines);
}

bool ParallelText::next(TextPair& pair) {
  for (;;) {
    const bool more = source_.next(pair.source);
    if (target_.next(pair.target) != more || (!more && source_.line_number() != lines_))
      throw_error<DataError>("{} or {} changed while it was read", source_.path().string(), target_.path().string());
    if (!more) return false;
    pair.line = source_.line_number();
    ++report_.pairs_read;
    if (usable(pair)) return true;
  }
}

bool ParallelText::usable(const TextPair& pair) {
  const std::pair<Side, const std::string&> sides[] = {{Side::kSource, pair.source}, {Side::kTarget, pair.target}};
  for (const auto& [side, sentence] : sides) {
    if (is_utf8(sentence)) continue;
    reject(Fault::kInvalidUtf8, side, pair.line, "not valid UTF-8");
    return false;
  }
  for (const auto& [side, sentence] : sides) {
    if (!is_blank(sentence)) continue;
    reject(Fault::kEmpty, side, pair.line, "the sentence is empty");
    return false;
  }
  for (const auto& [side, sentence] : sides) {
    if (static_cast<std::int64_t>(sentence.size()) / kBytesPerToken < limit(side)) continue;
    reject(Fault::kTooLong, side, pair.line,
           fmt::format("the sentence has {} bytes, too many for {} tokens", sentence.size(), limit(side)));
    return false;
  }
  return true;
}

bool ParallelText::admit(std::int64_t line, std::int64_t source_tokens, std::int64_t target_tokens) {
  const std::pair<Side, std::int64_t> sides[] = {{Side::kSource, source_tokens}, {Side::kTarget, target_tokens}};
  for (const auto& [side, tokens] : sides) {
    if (tokens > 0) continue;
    reject(Fault::kEmpty, side, line, "the sentence has no tokens");
    return false;
  }
  for (const auto& [side, tokens] : sides) {
    if (tokens <= limit(side)) continue;
    reject(Fault::kTooLong, side, line,
           fmt::format("the sentence has {} tokens, more than data.{} = {}", tokens,
                       side == Side::kSource ? "max_source_tokens" : "max_target_tokens", limit(side)));
    return false;
  }
  ++report_.pairs_kept;
  return true;
}

void ParallelText::reject(Fault fault, Side side, std::int64_t line, const std::string& what) {
  const bool invalid = fault == Fault::kInvalidUtf8, empty = fault == Fault::kEmpty;
  const BadPairRule rule = invalid ? rules_.invalid_utf8 : empty ? rules_.empty_side : rules_.too_long;
  if (rule == BadPairRule::kRefuse)
    throw_error<DataError>("{}: {}; correct the text, or drop such pairs with data.{} = \"drop\"", place(side, line),
                           what,
                           invalid ? "invalid_utf8"
                           : empty ? "empty_side"
                                   : "too_long");
  DroppedPairs& dropped = invalid ? report_.invalid_utf8 : empty ? report_.empty : report_.too_long;
  // Faults found before and after tokenizing do not come in the order of lines.
  std::int64_t& first = first_line_[static_cast<std::size_t>(fault)];
  if (dropped.count++ == 0 || line < first) {
    first = line;
    dropped.first = place(side, line);
  }
}

void ParallelText::finish() const {
  if (report_.pairs_kept > 0) return;
  std::string why;
  for (const std::string& line : report_lines(report_)) why += (why.empty() ? "" : "; ") + line;
  throw_error<DataError>("{} and {}: no sentence pair is usable: {}", source_.path().string(), target_.path().string(),
                         why);
}

std::string ParallelText::place(Side side, std::int64_t line) const {
  return fmt::format("{}:{}", (side == Side::kSource ? source_ : target_).path().string(), line);
}

std::int64_t ParallelText::limit(Side side) const {
  return side == Side::kSource ? rules_.max_source_tokens : rules_.max_target_tokens;
}

}  // namespace prenorm::data
