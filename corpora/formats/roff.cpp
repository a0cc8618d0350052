#include "corpora/formats/roff.h"

#include <algorithm>
#include <array>
#include <utility>

namespace prenorm::corpora {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 44> kSpecialCharacters{{
    {"aq", "'"},      {"dq", "\""},     {"lq", "\""},     {"rq", "\""},     {"oq", "'"},      {"cq", "'"},
    {"Bq", "\""},     {"bq", "'"},      {"ga", "`"},      {"aa", "'"},      {"ha", "^"},      {"ti", "~"},
    {"rs", "\\"},     {"em", "-"},      {"en", "-"},      {"hy", "-"},      {"mi", "-"},      {"bu", "*"},
    {"co", "(C)"},    {"rg", "(R)"},    {"tm", "(TM)"},   {"->", "->"},     {"<-", "<-"},     {"<=", "<="},
    {">=", ">="},     {"==", "="},      {"!=", "!="},     {"+-", "+-"},     {"mu", "\u00D7"}, {"de", "\u00B0"},
    {"Fo", "\""},     {"Fc", "\""},     {"fo", "'"},      {"fc", "'"},      {"sc", "\u00A7"}, {"ss", "\u00DF"},
    {":a", "\u00E4"}, {":o", "\u00F6"}, {":u", "\u00FC"}, {":A", "\u00C4"}, {":O", "\u00D6"}, {":U", "\u00DC"},
    {"'e", "\u00E9"}, {"ba", "|"},
}};

std::string_view special_character(std::string_view name) {
  for (const auto& [candidate, text] : kSpecialCharacters)
    if (candidate == name) return text;
  return {};
}

// Scans one line and keeps what is printed.
class EscapeStripper {
 public:
  explicit EscapeStripper(std::string_view line) : line_(line) {}

  std::string run() {
    while (at_ < line_.size() && !comment_) {
      const char c = line_[at_++];
      if (c != '\\')
        keep(std::string_view(&c, 1));
      else if (at_ < line_.size())
        escape(line_[at_++]);
    }
    return std::move(text_);
  }

 private:
  void escape(char kind) {
    switch (kind) {
      case '-': return keep("-");
      case ' ':
      case '~':
      case '0': return keep(" ");
      case 'e':
      case '\\': return keep("\\");
      case '\'':
      case '`':
      case '.': return keep(std::string_view(&kind, 1));
      case '"':
      case '#': comment_ = true; return;
      // A number set above the line marks a footnote, which translations often leave out.
      case 'u': raised_ = true; return;
      case 'd': raised_ = false; return;
      case '(':
      case '[': --at_; return keep(special_character(name()));
      case '*': return keep(special_character(name()));
      case 'f':
      case 'n':
      case 'm':
      case 'M':
      case 'F':
      case 'k':
      case 'Y':
      case 'g': name(); return;
      case 's': size(); return;
      case 'h':
      case 'v':
      case 'w':
      case 'l':
      case 'L':
      case 'D':
      case 'N':
      case 'o':
      case 'b':
      case 'x':
      case 'X':
      case 'S':
      case 'H':
      case 'Z':
      case 'A':
      case 'B':
      case 'C':
      case 'R': quoted(); return;
      default: return;  // \& \| \^ \% \/ \, \: \c and others print nothing
    }
  }

  // A name after an escape: x, (xx or [xxx].
  std::string_view name() {
    if (at_ >= line_.size()) return {};
    std::size_t start = at_, length = 1;
    if (line_[at_] == '(') {
      start = at_ + 1;
      length = 2;
    } else if (line_[at_] == '[') {
      start = at_ + 1;
      const std::size_t end = line_.find(']', start);
      length = end == line_.npos ? line_.size() : end - start;
      at_ = end == line_.npos ? line_.size() : end + 1;
      return start <= line_.size() ? line_.substr(start, length) : std::string_view{};
    }
    at_ = std::min(start + length, line_.size());
    return start <= line_.size() ? line_.substr(start, length) : std::string_view{};
  }

  // \s-1, \s0, \s+2, \s(12, \s[12].
  void size() {
    if (at_ < line_.size() && (line_[at_] == '+' || line_[at_] == '-')) ++at_;
    name();
  }

  // An argument between two equal characters: \h'2n'.
  void quoted() {
    if (at_ >= line_.size()) return;
    const std::size_t end = line_.find(line_[at_], at_ + 1);
    at_ = end == line_.npos ? line_.size() : end + 1;
  }

  void keep(std::string_view text) {
    if (!raised_) text_ += text;
  }

  std::string_view line_;
  std::size_t at_ = 0;
  std::string text_;
  bool comment_ = false, raised_ = false;
};

}  // namespace

std::string strip_roff_escapes(std::string_view line) { return EscapeStripper(line).run(); }

std::vector<std::string> roff_arguments(std::string_view text) {
  std::vector<std::string> arguments;
  for (std::size_t at = 0; (at = text.find_first_not_of(' ', at)) != text.npos;) {
    if (text.substr(at).starts_with("\\\"")) break;  // a comment
    std::string argument;
    const bool quoted = text[at] == '"';
    if (quoted) ++at;
    for (; at < text.size(); ++at) {
      if (!quoted && text[at] == ' ') break;
      if (quoted && text[at] == '"') {
        if (!text.substr(at + 1).starts_with('"')) break;
        ++at;
      }
      // The character after a backslash never ends an argument.
      if (text[at] == '\\' && at + 1 < text.size()) argument += text[at++];
      argument += text[at];
    }
    if (quoted) ++at;
    arguments.push_back(std::move(argument));
    if (at >= text.size()) break;
  }
  return arguments;
}

}  // namespace prenorm::corpora
