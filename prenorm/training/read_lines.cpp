#include "prenorm/training/read_lines.h"

#include "prenorm/base/error.h"
#include "prenorm/base/line_reader.h"
#include "prenorm/text/unicode.h"

namespace prenorm::training {

std::vector<std::string> read_lines(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  LineReader reader(path);
  for (std::string line; reader.next(line);) {
    if (!is_utf8(line))
      throw_error<DataError>("{}:{}: the line is not UTF-8; convert the text to UTF-8", path.string(),
                             reader.line_number());
    if (lines.empty()) text::strip_byte_order_mark(line);
    lines.push_back(line);
  }
  return lines;
}

}  // namespace prenorm::training
