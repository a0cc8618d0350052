#include "prenorm/files/read_lines.h"

#include "prenorm/base/error.h"
#include "prenorm/base/utf8.h"

namespace prenorm {

std::vector<std::string> read_lines(const std::filesystem::path& path) { return read_lines(LineReader(path)); }

std::vector<std::string> read_lines(LineReader reader) {
  std::vector<std::string> lines = reader.all_lines();
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (!is_utf8(lines[i]))
      throw_error<DataError>("{}:{}: the line is not UTF-8; convert the text to UTF-8", reader.path().string(), i + 1);
  return lines;
}

}  // namespace prenorm
