#include "prenorm/base/line_reader.h"

#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "prenorm/base/error.h"

namespace prenorm {
namespace {
constexpr std::size_t kLongestLine = std::size_t{64} << 20;
}

// zlib's gz* functions read a plain file as it is.
struct LineReader::Stream {
  explicit Stream(const std::filesystem::path& path) : file(gzopen(path.c_str(), "rbe")) {
    if (file != nullptr) gzbuffer(file, 1U << 17);
  }
  ~Stream() {
    if (file != nullptr) gzclose(file);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Makes [begin, end) non-empty; false at the end of the file.
  bool fill(const std::filesystem::path& path) {
    const int count = gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()));
    int code = Z_OK;
    std::string_view message = gzerror(file, &code);
    // A truncated gzip file is reported as Z_BUF_ERROR, only once its data has been read.
    if (count < 0 || (count == 0 && code != Z_OK && code != Z_STREAM_END)) {
      const std::string prefix = path.string() + ": ";  // zlib names the file too
      if (message.starts_with(prefix)) message.remove_prefix(prefix.size());
      throw_error<FileError>("{}{}", prefix,
                             code == Z_BUF_ERROR    ? "the gzip file is truncated"
                             : code == Z_DATA_ERROR ? fmt::format("the gzip file is damaged: {}", message)
                                                    : fmt::format("cannot be read: {}", message));
    }
    begin = 0;
    end = static_cast<std::size_t>(count);
    return count > 0;
  }

  gzFile file;
  std::array<char, 1U << 16> buffer;
  std::size_t begin = 0, end = 0;
};

LineReader::LineReader(const std::filesystem::path& path) : path_(path) {
  std::error_code ignored;  // what is wrong with the path is said by opening it
  if (std::filesystem::is_directory(path, ignored))
    throw_error<FileError>("{}: is a folder, not a text file", path.string());
  stream_ = std::make_unique<Stream>(path);
  if (stream_->file == nullptr) throw_error<FileError>("{}: cannot be opened: {}", path.string(), std::strerror(errno));
}

LineReader::~LineReader() = default;

bool LineReader::next(std::string& line) {
  line.clear();
  Stream& in = *stream_;
  bool any = false;
  while (in.begin < in.end || in.fill(path_)) {
    any = true;
    const char* start = in.buffer.data() + in.begin;
    const auto* newline = static_cast<const char*>(std::memchr(start, '\n', in.end - in.begin));
    const std::size_t count = newline != nullptr ? static_cast<std::size_t>(newline - start) : in.end - in.begin;
    line.append(start, count);
    in.begin += count + (newline != nullptr ? 1 : 0);
    if (line.size() > kLongestLine)
      throw_error<DataError>("{}:{}: the line is longer than 64 MiB; is this a text file?", path_.string(),
                             line_number_ + 1);
    if (newline != nullptr) break;
  }
  if (!any) return false;
  ++line_number_;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

bool is_utf8(std::string_view text) {
  const auto* next = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = next + text.size();
  while (next < end) {
    const unsigned lead = *next++;
    if (lead < 0x80) continue;
    const int more = lead >= 0xC2 && lead < 0xE0   ? 1
                     : lead >= 0xE0 && lead < 0xF0 ? 2
                     : lead >= 0xF0 && lead < 0xF5 ? 3
                                                   : 0;
    if (more == 0 || end - next < more) return false;
    // The second byte's range excludes overlong forms, surrogates and values past U+10FFFF.
    const unsigned lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (*next < lowest || *next > highest) return false;
    for (int i = 1; i < more; ++i)
      if ((next[i] & 0xC0) != 0x80) return false;
    next += more;
  }
  return true;
}

}  // namespace prenorm
