#include "prenorm/text/text_encoder.h"

namespace prenorm::text {
namespace {

// Where text can be cut, before a newline, without a change to the ids of either part; 0 when nowhere. GPT-2's words
// reach over newlines and the white space around them, no tokenizer's words reach from a visible ASCII character over a
// newline.
std::size_t last_cut(std::string_view text) {
  for (std::size_t at = text.rfind('\n'); at != std::string_view::npos && at > 0; at = text.rfind('\n', at - 1))
    if (text[at - 1] > ' ' && text[at - 1] < 0x7F) return at;
  return 0;
}

}  // namespace

void TextEncoder::add(std::string_view part, std::vector<std::int32_t>& ids) {
  waiting_ += part;
  if (part.find('\n') == std::string_view::npos && waiting_.size() > part.size()) return;
  const std::size_t cut = last_cut(waiting_);
  if (cut == 0) return;
  const std::vector<std::int32_t> certain = tokenizer_.encode_text(std::string_view(waiting_).substr(0, cut));
  ids.insert(ids.end(), certain.begin(), certain.end());
  waiting_.erase(0, cut);
}

void TextEncoder::finish(std::vector<std::int32_t>& ids) {
  const std::vector<std::int32_t> rest = tokenizer_.encode_text(waiting_);
  ids.insert(ids.end(), rest.begin(), rest.end());
  waiting_.clear();
}

}  // namespace prenorm::text
