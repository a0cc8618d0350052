#include "prenorm/files/line_reader.h"

#include <utility>

#include "prenorm/base/error.h"
#include "prenorm/files/byte_order_mark.h"

namespace prenorm {
namespace {
constexpr std::size_t kLongestLine = std::size_t{64} << 20, kMostBytes = std::size_t{1} << 30;
}

LineReader::LineReader(const std::filesystem::path& path, Reading reading)
    : LineReader(InputFile(path, reading), path) {}

LineReader::LineReader(InputFile file, std::filesystem::path path)
    : path_(std::move(path)), bytes_(std::move(file), path_.string()) {}

LineReader LineReader::standard_input() { return {InputFile::standard_input(), "standard input"}; }

bool LineReader::next(std::string& line) {
  line.clear();
  bool any = false;
  while (!unread_.empty() || !(unread_ = bytes_.next()).empty()) {
    any = true;
    const std::size_t newline = unread_.find('\n');
    const bool ended = newline != std::string_view::npos;
    line.append(unread_.substr(0, newline));
    unread_.remove_prefix(ended ? newline + 1 : unread_.size());
    if (line.size() > kLongestLine)
      throw_error<DataError>("{}:{}: the line is longer than 64 MiB; is this a text file?", path_.string(),
                             line_number_ + 1);
    if (ended) break;
  }
  if (!any) return false;
  if (++line_number_ == 1) strip_byte_order_mark(line);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

std::vector<std::string> LineReader::all_lines() {
  std::vector<std::string> lines;
  std::size_t bytes = 0;
  for (std::string line; next(line);) {
    bytes += line.size() + sizeof(std::string);
    if (bytes > kMostBytes)
      throw_error<DataError>("{}:{}: more than 1 GiB of lines, too many to be held in memory", path_.string(),
                             line_number_);
    lines.push_back(line);
  }
  return lines;
}

}  // namespace prenorm
