#include "prenorm/decoding/text_stream.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "prenorm/base/error.h"
#include "prenorm/base/utf8.h"

namespace prenorm::decoding {
namespace {

constexpr std::ptrdiff_t kContext = 8;  // tokens kept in the window as context
constexpr std::size_t kWindow = 64;     // the window is cut back to those at this size
constexpr std::string_view kReplacement = "\uFFFD";
constexpr std::ptrdiff_t kLongestIncomplete = 3;  // bytes of an incomplete UTF-8 character

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

// Number of bytes in the character that begins with `lead`; 1 if `lead` does not begin one.
std::ptrdiff_t length_from(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
}

// Number of bytes of `text` that no further byte can change.
std::size_t certain_length(std::string_view text) {
  for (std::ptrdiff_t i = 1; i <= std::min(kLongestIncomplete, std::ssize(text)); ++i) {
    const char c = text[text.size() - static_cast<std::size_t>(i)];
    if (continues(c)) continue;
    if (length_from(c) > i) return text.size() - static_cast<std::size_t>(i);
    break;
  }
  std::size_t end = text.size();
  for (std::ptrdiff_t i = 0; i < kLongestIncomplete && text.substr(0, end).ends_with(kReplacement); ++i)
    end -= kReplacement.size();
  return end;
}

}  // namespace

TextStream::TextStream(const text::Tokenizer& tokenizer, std::span<const std::int32_t> before)
    : tokenizer_(tokenizer),
      window_(before.begin(), before.end()),
      text_(tokenizer_.decode_bytes(window_)),
      given_(text_.size()) {
  shorten_window();
}

std::string TextStream::push(std::int32_t id) {
  window_.push_back(id);
  text_ = tokenizer_.decode_bytes(window_);
  std::string piece = take(certain_length(text_));
  shorten_window();
  return piece;
}

std::string TextStream::finish() { return take(text_.size()); }

std::string TextStream::take(std::size_t end) {
  if (end <= given_) return {};
  std::string piece = text_.substr(given_, end - given_);
  given_ = end;
  return replace_invalid_utf8(std::move(piece));
}

void TextStream::shorten_window() {
  if (window_.size() < kWindow || keep_last()) return;
  keep_ends();
}

// The kept tokens must decode to the same text whatever follows: they include everything held back, and have some text,
// so that a blank after them is not taken for one at the start of a line.
bool TextStream::keep_last() {
  const std::size_t held = text_.size() - given_;
  std::string text = tokenizer_.decode_bytes(std::span<const std::int32_t>(window_).last(kContext));
  if (text.size() <= held || (held > 0 && !text_.ends_with(text))) return false;
  window_.erase(window_.begin(), window_.end() - kContext);
  text_ = std::move(text);
  given_ = text_.size() - held;
  return true;
}

// The newest tokens may have no text, such as control pieces and blanks; with enough of the earlier ones they do.
void TextStream::keep_ends() {
  const std::size_t held = text_.size() - given_;
  std::vector<std::int32_t> kept(window_.begin(), window_.begin() + kContext);
  const std::string begin = tokenizer_.decode_bytes(kept);
  kept.insert(kept.end(), window_.end() - kContext, window_.end());
  std::string text = tokenizer_.decode_bytes(kept);
  const bool same = text.starts_with(begin) && text.size() - begin.size() >= held &&
                    text_.ends_with(std::string_view(text).substr(begin.size())) && text.empty() == text_.empty();
  if (!same) return;
  window_ = std::move(kept);
  text_ = std::move(text);
  given_ = text_.size() - held;
}

StopFilter::StopFilter(std::vector<std::string> stops) : stops_(std::move(stops)) {
  for (const std::string& stop : stops_)
    if (stop.empty()) throw_error<UsageError>("a stop text is empty: it would end every text at once");
}

std::string StopFilter::push(std::string_view piece) {
  if (stopped_) return {};
  waiting_ += piece;
  std::size_t first_end = std::string::npos, begin = 0;
  for (const std::string& stop : stops_) {
    const std::size_t at = waiting_.find(stop);
    if (at == std::string::npos) continue;
    const std::size_t end = at + stop.size();
    if (end < first_end || (end == first_end && at < begin)) std::tie(first_end, begin) = std::pair(end, at);
  }
  stopped_ = first_end != std::string::npos;
  if (stopped_) {
    std::string text = waiting_.substr(0, begin);
    waiting_.clear();
    return text;
  }
  std::size_t held = 0;
  for (const std::string& stop : stops_)
    for (std::size_t length = std::min(stop.size() - 1, waiting_.size()); length > held; --length)
      if (std::string_view(waiting_).ends_with(std::string_view(stop).substr(0, length))) held = length;
  std::string text = waiting_.substr(0, waiting_.size() - held);
  waiting_.erase(0, text.size());
  return text;
}

std::string StopFilter::finish() { return std::exchange(waiting_, {}); }

}  // namespace prenorm::decoding
