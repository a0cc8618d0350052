#include "prenorm/files/byte_reader.h"

#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <new>

#include "prenorm/base/error.h"

namespace prenorm {
namespace {
constexpr std::size_t kBuffer = std::size_t{1} << 17;
constexpr int kGzip = 15 + 16;  // the largest window, with gzip's header and checksum
}  // namespace

struct ByteReader::State {
  State(InputFile opened, std::string its_name) : file(std::move(opened)), name(std::move(its_name)) {}
  ~State() {
    if (format == Format::kGzip) inflateEnd(&zip);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Appends the next bytes of the file to the unread ones; false at the end of the file.
  bool read_more() {
    std::memmove(raw.data(), raw.data() + begin, end - begin);
    end -= std::exchange(begin, 0);
    ssize_t count = 0;
    do {
      count = ::read(file.descriptor(), raw.data() + end, raw.size() - end);
    } while (count < 0 && errno == EINTR);
    if (count < 0) throw_error<FileError>("{}: cannot be read: {}", name, std::strerror(errno));
    end += static_cast<std::size_t>(count);
    return count > 0;
  }

  void find_format() {
    while (end - begin < 2 && read_more()) {
    }
    const bool is_gzip = end - begin >= 2 && raw[begin] == 0x1F && raw[begin + 1] == 0x8B;
    if (is_gzip && inflateInit2(&zip, kGzip) != Z_OK) throw std::bad_alloc();
    format = is_gzip ? Format::kGzip : Format::kPlain;
  }

  std::string_view next_plain() {
    if (begin == end && !read_more()) return {};
    const std::size_t from = std::exchange(begin, end);
    return {reinterpret_cast<const char*>(raw.data()) + from, end - from};
  }

  // Whether another member begins here; only zeros may follow the last one.
  bool begin_member() {
    for (;;) {
      while (begin < end && raw[begin] == 0) ++begin;
      if (begin < end) break;
      if (!read_more()) return false;
    }
    // Checked here, since zlib waits for a second byte: a single wrong one would look like a truncated file.
    if (raw[begin] != 0x1F) throw_error<FileError>("{}: the gzip file is damaged: incorrect header check", name);
    inflateReset(&zip);
    return in_member = true;
  }

  std::string_view next_inflated() {
    for (;;) {
      if (!in_member && !begin_member()) return {};
      if (begin == end && !read_more()) throw_error<FileError>("{}: the gzip file is truncated", name);
      zip.next_in = raw.data() + begin;
      zip.avail_in = static_cast<uInt>(end - begin);
      zip.next_out = plain.data();
      zip.avail_out = static_cast<uInt>(plain.size());
      const int code = inflate(&zip, Z_NO_FLUSH);
      begin = end - zip.avail_in;
      if (code == Z_MEM_ERROR) throw std::bad_alloc();
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
        throw_error<FileError>("{}: the gzip file is damaged: {}", name, zip.msg != nullptr ? zip.msg : "wrong data");
      if (code == Z_STREAM_END) in_member = false;
      if (const std::size_t count = plain.size() - zip.avail_out; count > 0)
        return {reinterpret_cast<const char*>(plain.data()), count};
    }
  }

  enum class Format : std::uint8_t { kUnknown, kPlain, kGzip };

  InputFile file;
  std::string name;
  Format format = Format::kUnknown;
  z_stream zip{};
  bool in_member = true;
  std::size_t begin = 0, end = 0;  // the part of the buffer that has been read but not used
  std::array<unsigned char, kBuffer> raw, plain;
};

ByteReader::ByteReader(InputFile file, std::string name)
    : state_(std::make_unique<State>(std::move(file), std::move(name))) {}
ByteReader::~ByteReader() = default;
ByteReader::ByteReader(ByteReader&&) noexcept = default;

std::string_view ByteReader::next() {
  if (state_->format == State::Format::kUnknown) state_->find_format();
  return state_->format == State::Format::kGzip ? state_->next_inflated() : state_->next_plain();
}

}  // namespace prenorm
