#include "cli/input.h"

#include <unistd.h>

#include <algorithm>

#include "prenorm/base/error.h"
#include "prenorm/files/byte_order_mark.h"
#include "prenorm/files/file_system.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::cli {
namespace fs = std::filesystem;
namespace {

void hint_at_terminal(std::string_view hint) {
  if (::isatty(STDIN_FILENO) == 1) inform(hint);
}

// Whether `file`, which need not exist, is inside `folder`, with both resolved by the system.
bool is_inside(const fs::path& file, const fs::path& folder) {
  std::error_code error;
  const fs::path inner = fs::weakly_canonical(folder_of(file), error), outer = fs::weakly_canonical(folder, error);
  return !error && std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

}  // namespace

LineReader open_text(const std::string& path) {
  if (!path.empty() && path != "-") return LineReader(path, Reading::kOnce);
  hint_at_terminal("reading from the terminal, line by line; Ctrl-D ends it");
  return LineReader::standard_input();
}

std::string read_standard_input_text() {
  hint_at_terminal("reading from the terminal; Ctrl-D ends it");
  ByteReader bytes(InputFile::standard_input(), "standard input");
  std::string text;
  for (std::string_view part = bytes.next(); !part.empty(); part = bytes.next()) text += part;
  strip_byte_order_mark(text);
  return text;
}

void refuse_input_as_output(std::string_view option, const fs::path& output, const std::vector<fs::path>& inputs) {
  for (const fs::path& input : inputs)
    if (is_same_file(output, input) || (is_folder(input) && is_inside(output, input)))
      throw_error<UsageError>("{} {}: would replace what is read, {}; name another file", option, output.string(),
                              input.string());
}

}  // namespace prenorm::cli
