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
#include "prenorm/machine/terminal.h"

namespace prenorm::cli {
namespace {

[[noreturn]] void fail_to_write() {
  const int code = errno;
  if (code == EPIPE) throw OutputClosed();
  throw_error<FileError>("standard output: cannot be written: {}", std::strerror(code));
}

}  // namespace

void reserve_standard_streams() {
  // Opened in the wrong direction, so that reading standard input, or writing to the others, still fails.
  constexpr std::array<int, 3> kModes = {O_WRONLY, O_RDONLY, O_RDONLY};
  for (int stream = 0; stream < 3; ++stream)
    if (::fcntl(stream, F_GETFD) == -1 && errno == EBADF) ::open("/dev/null", kModes[static_cast<std::size_t>(stream)]);
}

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail_to_write();
}

void print_json(const JsonKind& kind, const nlohmann::ordered_json& members) {
  print(json_text(nlohmann::json(with_kind(kind, members)), 2));
  print("\n");
}

void flush_output() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  if (errno == 0) errno = EIO;  // an earlier write failed without being checked
  fail_to_write();
}

}  // namespace prenorm::cli
