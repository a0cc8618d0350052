#include "prenorm/text/listed_model.h"

#include <fmt/format.h>

#include <utility>

namespace prenorm::text {

ListedModel::ListedModel(std::vector<std::string> pieces, SpecialIds special, std::string serialized, AddedTokens added)
    : pieces_(std::move(pieces)), special_(special), serialized_(std::move(serialized)), added_(std::move(added)) {}

std::string ListedModel::encode(std::string_view line, std::vector<std::int32_t>& ids) const {
  if (added_.empty()) {
    encode_plain(line, ids);
    return {};
  }
  const auto add = [&](const AddedTokens::Part& part) {
    if (part.id >= 0)
      ids.push_back(part.id);
    else
      encode_plain(part.text, ids);
  };
  for (const AddedTokens::Part& part : added_.split(line)) {
    if (part.id >= 0 || !added_.has_normalized()) {
      add(part);
      continue;
    }
    const std::string text = normalized(part.text);
    for (const AddedTokens::Part& inner : added_.split_normalized(text)) add(inner);
  }
  return {};
}

std::string ListedModel::decode(std::span<const std::int32_t> ids, std::string& text) const {
  for (const std::int32_t id : ids) {
    if (id < 0 || id >= size()) return fmt::format("token {} is outside the vocabulary of {}", id, size());
    if (!special_.is_control(id)) append_text(id, text);
  }
  return {};
}

}  // namespace prenorm::text
