#include "prenorm/text/line_sample.h"

#include <algorithm>

#include "prenorm/base/unicode.h"
#include "prenorm/base/utf8.h"

namespace prenorm::text {
namespace {

bool next_training_line(LineReader& reader, std::string& line) {
  while (reader.next(line)) {
    if (is_training_line(line)) return true;
  }
  return false;
}

}  // namespace

bool is_training_line(std::string_view line) {
  return line.size() <= kLongestTrainingLine && is_utf8(line) && !is_blank(line);
}

LineSample::LineSample(const std::filesystem::path& path, std::int64_t max_lines, std::uint64_t key)
    : reader_(path), random_(key) {
  LineReader counter(path);
  std::string line;
  while (next_training_line(counter, line)) ++unseen_;
  wanted_ = size_ = std::min(max_lines, unseen_);
}

bool LineSample::next(std::string& line) {
  while (wanted_ > 0 && next_training_line(reader_, line)) {
    const bool take = static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(unseen_))) < wanted_;
    --unseen_;
    if (!take) continue;
    --wanted_;
    return true;
  }
  return false;
}

}  // namespace prenorm::text
