#include "prenorm/text/added_tokens.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "prenorm/base/unicode.h"
#include "prenorm/base/utf8.h"

namespace prenorm::text {
namespace {

std::size_t first_byte(std::string_view text) { return static_cast<unsigned char>(text.front()); }

// The first character of `text` and its length in bytes; kNotUtf8 and 0 if there is none.
std::pair<char32_t, std::size_t> first_character(std::string_view text) {
  if (text.empty()) return {kNotUtf8, 0};
  std::string_view rest = text;
  const char32_t c = take_character(rest);
  return {c, text.size() - rest.size()};
}

// The same for the last character.
std::pair<char32_t, std::size_t> last_character(std::string_view text) {
  std::size_t at = text.size();
  while (at > 0 && (static_cast<unsigned char>(text[--at]) & 0xC0U) == 0x80) {
  }
  return first_character(text.substr(at));
}

bool is_inside_word(std::string_view before, std::string_view behind) {
  return is_word_character(last_character(before).first) || is_word_character(first_character(behind).first);
}

std::size_t white_space_at_begin(std::string_view text) {
  std::size_t size = 0;
  for (auto [c, bytes] = first_character(text); bytes > 0 && is_white_space(c);
       std::tie(c, bytes) = first_character(text.substr(size)))
    size += bytes;
  return size;
}

std::size_t white_space_at_end(std::string_view text) {
  std::size_t size = 0;
  for (auto [c, bytes] = last_character(text); bytes > 0 && is_white_space(c);
       std::tie(c, bytes) = last_character(text.substr(0, text.size() - size)))
    size += bytes;
  return size;
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens, const Normalize& normalize) : tokens_(std::move(tokens)) {
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const AddedToken& token = tokens_[i];
    std::string text = token.normalized ? normalize(token.content) : token.content;
    if (!token.special) ids_.insert(token.id);
    if (text.empty()) continue;
    Patterns& patterns = token.normalized ? normalized_ : as_written_;
    patterns.count += token.special ? 0 : 1;
    auto& list = patterns.by_first_byte[first_byte(text)];
    list.push_back({std::move(text), i});
  }
  for (Patterns* patterns : {&as_written_, &normalized_})
    for (auto& list : patterns->by_first_byte)
      std::stable_sort(list.begin(), list.end(),
                       [](const Pattern& a, const Pattern& b) { return a.text.size() > b.text.size(); });
}

const AddedTokens::Pattern* AddedTokens::longest_at(std::string_view rest, const Patterns& patterns) const {
  for (const Pattern& pattern : patterns.by_first_byte[first_byte(rest)])
    if (rest.starts_with(pattern.text)) return &pattern;
  return nullptr;
}

std::vector<AddedTokens::Part> AddedTokens::split(std::string_view text, const Patterns& patterns) const {
  std::vector<Part> parts;
  std::size_t done = 0;  // bytes that are already in a part
  const auto add_text = [&](std::size_t end) {
    if (end > done) parts.push_back({text.substr(done, end - done)});
  };
  for (std::size_t at = 0; at < text.size();) {
    const Pattern* found = longest_at(text.substr(at), patterns);
    if (found == nullptr) {
      ++at;
      continue;
    }
    const AddedToken& token = tokens_[found->token];
    std::size_t begin = at, end = at + found->text.size();
    at = end;
    const bool cut = token.single_word && is_inside_word(text.substr(0, begin), text.substr(end));
    if (token.special || cut) continue;
    if (token.lstrip) begin -= white_space_at_end(text.substr(done, begin - done));
    if (token.rstrip) end += white_space_at_begin(text.substr(end));
    add_text(begin);
    parts.push_back({text.substr(begin, end - begin), token.id});
    at = done = end;
  }
  add_text(text.size());
  return parts;
}

}  // namespace prenorm::text
