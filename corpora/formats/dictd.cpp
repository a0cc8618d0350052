#include "corpora/formats/dictd.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "corpora/texts/normalize.h"
#include "prenorm/base/error.h"
#include "prenorm/base/unicode.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::corpora {
namespace {

// Base 64 with the digits of RFC 2045, most significant first.
std::optional<std::uint64_t> read_number(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::uint64_t value = 0;
  if (text.empty() || text.size() > 10) return std::nullopt;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == kDigits.npos) return std::nullopt;
    value = value * 64 + digit;
  }
  return value;
}

// Reads the whole dictionary, since its index counts bytes. dictfmt(1) writes line ends without \r, which LineReader
// would drop.
std::string read_dictionary(const std::filesystem::path& file) {
  std::string text;
  LineReader reader(file);
  for (std::string line; reader.next(line);) text.append(line) += '\n';
  return text;
}

using Range = std::pair<std::uint64_t, std::uint64_t>;  // offset, length

std::set<Range> read_index(const std::filesystem::path& file, std::uint64_t dictionary_size) {
  std::set<Range> ranges;
  LineReader reader(file);
  for (std::string line; reader.next(line);) {
    if (line.starts_with("00-database-") || line.starts_with("00database")) continue;
    const std::size_t first = line.find('\t'), second = line.find('\t', first + 1);
    const auto offset = second == line.npos ? std::nullopt : read_number(line.substr(first + 1, second - first - 1));
    const auto length = offset ? read_number(line.substr(second + 1, line.find('\t', second + 1) - second - 1))
                               : std::optional<std::uint64_t>();
    if (!length || *offset > dictionary_size || *length > dictionary_size - *offset)
      throw_error<DataError>("{}:{}: the index does not match its dictionary", file.string(), reader.line_number());
    ranges.emplace(*offset, *length);
  }
  return ranges;
}

// The position of the bracket that closes text[start], skipping nested ones; npos if there is none.
std::size_t closing_bracket(std::string_view text, std::size_t start) {
  int depth = 0;
  for (std::size_t at = start; at < text.size(); ++at) {
    depth += text[at] == '[' ? 1 : text[at] == ']' ? -1 : 0;
    if (depth == 0) return at;
  }
  return text.npos;
}

// Removes [etymologies and sources] and \pronunciations\; what is not closed is kept.
std::string without_asides(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const std::size_t start = text.find_first_of("[\\");
    kept.append(text.substr(0, start));
    if (start == text.npos) break;
    const std::size_t end = text[start] == '[' ? closing_bracket(text, start) : text.find('\\', start + 1);
    if (end == text.npos) return kept.append(text.substr(start));
    text.remove_prefix(end + 1);
  }
  return kept;
}

// Removes "<theory> ", "1. <networking, tool> ", which name the subject of a sense.
std::string without_label(std::string text) {
  const std::size_t start = text.find('<'), end = text.find("> ", start);
  const bool leads =
      std::none_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(start, text.size())),
                   [](char c) { return is_ascii_letter(c); });
  const bool words = end != text.npos && std::all_of(text.data() + start + 1, text.data() + end, [](char c) {
                       return is_ascii_letter(c) || c == ' ' || c == ',' || c == '-' || c == '/';
                     });
  return leads && words ? text.erase(start, end + 2 - start) : text;
}

// Removes "/seg'ment/ ", the pronunciation of the headword.
std::string_view without_pronunciation(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  const std::size_t end = text.starts_with('/') ? text.find("/ ", 1) : text.npos;
  return end < kLongest ? text.substr(end + 2) : text;
}

// Removes web addresses in parentheses, which follow the words of a link.
std::string without_addresses(std::string text) {
  for (std::size_t at = text.find("://"); at != text.npos; at = text.find("://", at)) {
    const std::size_t open = text.rfind('(', at), close = text.find(')', at);
    if (open == text.npos || close == text.npos || text.find(' ', open) < close) {
      at += 3;
    } else {
      text.erase(open, close + 1 - open);
      at = open;
    }
  }
  return text;
}

// Removes blanks that wrapped lines and removed marks leave before a comma, a semicolon or a closing parenthesis.
void close_gaps(std::string& text) {
  for (std::size_t at = text.find(' '); at != text.npos; at = text.find(' ', at + 1)) {
    const char next = at + 1 < text.size() ? text[at + 1] : 'x';
    const bool ends_word = at + 2 >= text.size() || text[at + 2] == ' ';
    if (next == ')' || ((next == ',' || next == ';' || next == '.') && ends_word)) text.erase(at, 1);
  }
}

std::string clean_paragraph(std::string_view raw, DictdLayout layout) {
  std::string text = normalize(raw);
  if (layout == DictdLayout::kWebster) text = without_asides(text);
  if (layout == DictdLayout::kHeadingLine) text = without_label(std::string(without_pronunciation(text)));
  text = without_addresses(std::move(text));
  std::erase_if(text, [](char c) { return c == '{' || c == '}'; });
  for (std::size_t at = text.find("__"); at != text.npos; at = text.find("__", at)) text.erase(at, 2);
  text = normalize(text);
  close_gaps(text);
  return text;
}

// Splits the lines of an entry at blank lines and, in Webster's layout, before numbered senses.
class ParagraphBuilder {
 public:
  explicit ParagraphBuilder(DictdLayout layout) : layout_(layout) {}

  void add(std::string_view line) {
    const std::string_view text = trim(line);
    if (text.empty()) return end();
    const bool numbered = is_ascii_digit(text.front()) && text.find(". ") <= 2;
    if (numbered && layout_ == DictdLayout::kWebster) end();
    // Tables and drawings have columns; in Webster's, quotations have a right-aligned author.
    if (layout_ == DictdLayout::kHeadingLine && text.find("   ") != text.npos) table_ = true;
    current_.append(current_.empty() ? "" : " ").append(text);
  }
  std::vector<std::string> finish() {
    end();
    return std::move(paragraphs_);
  }

 private:
  void end() {
    if (std::string text = clean_paragraph(current_, layout_); !text.empty() && !table_)
      paragraphs_.push_back(std::move(text));
    current_.clear();
    table_ = false;
  }

  DictdLayout layout_;
  std::vector<std::string> paragraphs_;
  std::string current_;
  bool table_ = false;
};

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return line;
}

}  // namespace

TextDocument read_dictd_entry(std::string_view entry, DictdLayout layout) {
  TextDocument document;
  ParagraphBuilder paragraphs(layout);
  std::string_view rest = entry;
  const std::string_view heading = trim(take_line(rest));
  if (layout == DictdLayout::kWebster) {
    document.key = trim(heading.substr(0, heading.find('\\')));
    rest = entry;
  } else {
    document.key = heading;
    // Skips other spellings, part of speech and pronunciation, up to the blank line.
    while (!rest.empty() && !trim(take_line(rest)).empty()) {
    }
  }
  while (!rest.empty()) paragraphs.add(take_line(rest));
  document.paragraphs = paragraphs.finish();
  if (layout == DictdLayout::kHeadingLine && !document.paragraphs.empty())
    document.paragraphs.front().insert(0, document.key + ": ");
  return document;
}

void extract_dictd(const std::filesystem::path& folder, std::string_view name, DictdLayout layout,
                   const DocumentSink& sink) {
  const std::string dictionary = read_dictionary(folder / std::string(name).append(".dict.dz"));
  for (const auto& [offset, length] : read_index(folder / std::string(name).append(".index"), dictionary.size()))
    sink(read_dictd_entry(std::string_view(dictionary).substr(offset, length), layout));
}

}  // namespace prenorm::corpora
