#include "cli/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "prenorm/base/error.h"
#include "prenorm/base/json_text.h"
#include "prenorm/base/terminal.h"

namespace prenorm::cli {
namespace {

[[noreturn]] void fail_to_write() {
  const int code = errno;
  if (code == EPIPE) throw OutputClosed();
  throw_error<FileError>("standard output: cannot be written: {}", std::strerror(code));
}

// Gives `use` standard input, piece by piece; `hint` is for people at a terminal.
template <class Use>
void for_each_chunk(std::string_view hint, const Use& use) {
  if (::isatty(STDIN_FILENO) == 1) inform(hint);
  std::array<char, 1U << 16> buffer;
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), stdin))
    use(std::string_view(buffer.data(), count));
  if (std::ferror(stdin) != 0) throw_error<FileError>("standard input: cannot be read: {}", std::strerror(errno));
}

}  // namespace

void reserve_standard_streams() {
  // Opened the wrong way round: reading standard input, or writing to the others, goes on failing.
  constexpr std::array<int, 3> kModes = {O_WRONLY, O_RDONLY, O_RDONLY};
  for (int stream = 0; stream < 3; ++stream)
    if (::fcntl(stream, F_GETFD) == -1 && errno == EBADF) ::open("/dev/null", kModes[static_cast<std::size_t>(stream)]);
}

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail_to_write();
}

void print_json(const nlohmann::json& object) {
  print(json_text(object, 2));
  print("\n");
}

void flush_output() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  if (errno == 0) errno = EIO;  // an earlier write failed, and nobody looked
  fail_to_write();
}

std::string read_standard_input_text() {
  std::string text;
  for_each_chunk("reading from the terminal; Ctrl-D ends it", [&](std::string_view chunk) { text += chunk; });
  return text;
}

std::vector<std::string> read_standard_input() {
  std::vector<std::string> lines;
  std::string line;
  bool open = false;  // a line has begun that no newline has ended yet
  const auto finish = [&] {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(std::move(line));
    line.clear();
    open = false;
  };
  for_each_chunk("reading from the terminal, one sentence a line; Ctrl-D ends it", [&](std::string_view rest) {
    while (!rest.empty()) {
      const std::size_t newline = rest.find('\n');
      line += rest.substr(0, newline);
      open = newline == std::string_view::npos;
      rest.remove_prefix(open ? rest.size() : newline + 1);
      if (!open) finish();
    }
  });
  if (open) finish();
  return lines;
}

}  // namespace prenorm::cli
