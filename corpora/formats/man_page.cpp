#include "corpora/formats/man_page.h"

#include <algorithm>
#include <utility>

#include "corpora/formats/roff.h"
#include "corpora/texts/normalize.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::corpora {
namespace {

// Whether `name` is one of the blank-separated names.
bool is_one_of(std::string_view name, std::string_view names) {
  for (std::size_t at = names.find(name); at != names.npos; at = names.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if ((at == 0 || names[at - 1] == ' ') && (end == names.size() || names[end] == ' ')) return true;
  }
  return false;
}

constexpr std::string_view kBreaks = "PP P LP sp Sp br RS RE HP Pp INDENT UNINDENT";
constexpr std::string_view kFonts = "B I SM SB R";
constexpr std::string_view kAlternatingFonts = "BR BI IB IR RB RI";
constexpr std::string_view kVerbatimStarts = "nf EX TS SY Vb DS PS EQ";
constexpr std::string_view kVerbatimEnds = "fi EE TE YS Ve DE PE EN";
constexpr std::string_view kLinkStarts = "UR MT URL MTO";
constexpr std::string_view kLinkEnds = "UE ME";

int count_of(std::string_view text, std::string_view part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

std::string join(const std::vector<std::string>& parts, std::string_view between) {
  std::string result;
  for (std::size_t i = 0; i < parts.size(); ++i) result.append(i == 0 ? "" : between).append(parts[i]);
  return result;
}

}  // namespace

std::string ManSection::structure() const {
  std::string letters;
  for (const ManBlock& block : blocks) letters += static_cast<char>(block.kind);
  return letters;
}

void ManPageParser::end_block() {
  std::string text = normalize(text_);
  text_.clear();
  continued_ = false;
  if (!text.empty()) sections_.back().blocks.push_back({ManBlockKind::kText, std::move(text)});
}

void ManPageParser::end_verbatim() {
  if (std::exchange(verbatim_, false)) sections_.back().blocks.push_back({ManBlockKind::kVerbatim, {}});
}

void ManPageParser::start_section(bool heading_given) {
  end_verbatim();
  end_block();
  sections_.emplace_back();
  expect_ = heading_given ? Expect::kText : Expect::kHeading;
}

// Definitions of macros and conditional blocks contain instructions, the same in every language.
bool ManPageParser::skip_definition(std::string_view line) {
  if (in_definition_) {
    in_definition_ = !line.starts_with("..");
    return true;
  }
  if (conditional_depth_ > 0) {
    conditional_depth_ += count_of(line, "\\{") - count_of(line, "\\}");
    return true;
  }
  return false;
}

void ManPageParser::add_line(std::string_view line) {
  if (skip_definition(line)) return;
  if (line.starts_with('.') || line.starts_with('\'')) return add_macro(line);
  if (verbatim_) return;
  if (trim(line).empty()) return end_block();
  if (line.starts_with(' ')) end_block();  // roff starts a new line here
  add_text(line);
}

void ManPageParser::add_text(std::string_view text) {
  if (verbatim_) return;
  const bool joined = text.ends_with("\\c");
  const std::string plain = strip_roff_escapes(text);
  switch (std::exchange(expect_, Expect::kText)) {
    case Expect::kHeading: return;
    case Expect::kTag: sections_.back().blocks.push_back({ManBlockKind::kTag, normalize(plain)}); return;
    case Expect::kText: break;
  }
  if (!text_.empty() && !continued_) text_ += ' ';
  text_ += plain;
  continued_ = joined;
}

void ManPageParser::add_macro(std::string_view line) {
  line.remove_prefix(1);
  line = trim(line);
  const std::size_t name_end = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view name = line.substr(0, name_end), rest = trim(line.substr(name_end));
  if (name.empty() || name.starts_with('\\')) return;  // a comment
  if (name == "so" || name == "Dd") other_format_ = true;
  if (is_one_of(name, "de am de1 am1")) {
    in_definition_ = true;
  } else if (is_one_of(name, "if ie el")) {
    conditional_depth_ = std::max(0, count_of(line, "\\{") - count_of(line, "\\}"));
  } else if (is_one_of(name, "SH SS")) {
    start_section(!rest.empty());
  } else if (is_one_of(name, kVerbatimEnds)) {
    end_verbatim();
  } else if (verbatim_) {
    return;
  } else if (is_one_of(name, kVerbatimStarts)) {
    end_block();
    verbatim_ = true;
  } else if (is_one_of(name, "TP TQ")) {
    end_block();
    expect_ = Expect::kTag;
  } else if (name == "IP") {
    end_block();
    const std::vector<std::string> arguments = roff_arguments(rest);
    if (!arguments.empty() && !arguments.front().empty())
      sections_.back().blocks.push_back({ManBlockKind::kTag, normalize(strip_roff_escapes(arguments.front()))});
  } else if (is_one_of(name, kBreaks)) {
    end_block();
  } else if (is_one_of(name, kFonts) && !rest.empty()) {
    add_text(join(roff_arguments(rest), " "));
  } else if (is_one_of(name, kAlternatingFonts) && !rest.empty()) {
    add_text(join(roff_arguments(rest), ""));
  } else if (is_one_of(name, kLinkStarts) && !rest.empty()) {
    add_text(rest);
  } else if (is_one_of(name, kLinkEnds)) {
    text_ += strip_roff_escapes(rest);
  }
}

std::optional<std::vector<ManSection>> ManPageParser::finish() {
  end_verbatim();
  end_block();
  if (other_format_) return std::nullopt;
  return std::move(sections_);
}

std::optional<std::vector<ManSection>> read_man_page(const std::filesystem::path& file) {
  LineReader reader(file);
  ManPageParser parser;
  for (std::string line; reader.next(line);) parser.add_line(line);
  return parser.finish();
}

}  // namespace prenorm::corpora
