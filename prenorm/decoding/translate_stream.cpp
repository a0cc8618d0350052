#include "prenorm/decoding/translate_stream.h"

#include <cerrno>
#include <cstring>
#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "prenorm/base/error.h"
#include "prenorm/files/byte_order_mark.h"

namespace prenorm::decoding {
namespace {

constexpr std::size_t kLongestLine = std::size_t{64} << 20;

class StreamReader {
 public:
  StreamReader(std::istream& in, std::string_view name) : in_(in), name_(name) {}

  // Up to `count` lines; none at the end.
  std::vector<std::string> next(std::int64_t count) try {
    std::vector<std::string> lines;
    for (std::string line; std::ssize(lines) < count && next_line(line);) lines.push_back(std::move(line));
    return lines;
  } catch (const std::ios_base::failure&) {
    throw_error<FileError>("{}:{}: cannot be read", name_, lines_read_ + 1);
  }
  std::int64_t lines_read() const { return lines_read_; }

 private:
  // std::getline has no limit: a device without line ends would fill the memory.
  bool next_line(std::string& line) {
    constexpr auto kEnd = std::istream::traits_type::eof();
    line.clear();
    if (!in_) return false;
    auto c = in_.rdbuf()->sbumpc();
    const bool any = c != kEnd;
    for (; c != kEnd && c != '\n'; c = in_.rdbuf()->sbumpc()) {
      if (line.size() == kLongestLine)
        throw_error<DataError>("{}:{}: the line is longer than 64 MiB; is this text?", name_, lines_read_ + 1);
      line.push_back(static_cast<char>(c));
    }
    if (c == kEnd) in_.setstate(std::ios::eofbit);
    if (!any) return false;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (++lines_read_ == 1) strip_byte_order_mark(line);
    return true;
  }

  std::istream& in_;
  std::string_view name_;
  std::int64_t lines_read_ = 0;
};

void write(std::ostream& out, const std::vector<std::vector<Translation>>& translations, std::int64_t first_number,
           bool numbered) {
  std::string text;
  for (std::size_t i = 0; i < translations.size(); ++i)
    for (const Translation& t : translations[i])
      text += numbered
                  ? fmt::format("{} ||| {} ||| {:.6f}\n", first_number + static_cast<std::int64_t>(i), t.text, t.score)
                  : t.text + '\n';
  errno = 0;
  out << text << std::flush;
  if (!out)
    throw_error<FileError>("the translation cannot be written: {}",
                           errno != 0 ? std::strerror(errno) : "the stream failed");
}

}  // namespace

std::int64_t translate_stream(const LineTranslator& translator, std::istream& in, std::ostream& out,
                              const StreamOptions& options) {
  if (!in) throw_error<FileError>("{}: cannot be read", options.name);
  StreamReader reader(in, options.name);
  for (std::int64_t done = 0;; done = reader.lines_read()) {
    const std::vector<std::string> lines = reader.next(options.chunk_lines);
    if (lines.empty()) break;
    const auto progress = [&](std::int64_t lines_of_chunk) {
      if (options.progress) options.progress(done + lines_of_chunk);
    };
    write(out, translator.translate(lines, {options.name, done + 1}, progress), done, translator.n_best() > 1);
  }
  return reader.lines_read();
}

}  // namespace prenorm::decoding
