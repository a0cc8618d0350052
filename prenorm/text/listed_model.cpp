#include "prenorm/text/listed_model.h"

#include <fmt/format.h>

#include <utility>

namespace prenorm::text {

ListedModel::ListedModel(std::vector<std::string> pieces, SpecialIds special, std::string serialized)
    : pieces_(std::move(pieces)), special_(special), serialized_(std::move(serialized)) {}

std::string ListedModel::decode(std::span<const std::int32_t> ids, std::string& text) const {
  for (const std::int32_t id : ids) {
    if (id < 0 || id >= size()) return fmt::format("token {} is outside the vocabulary of {}", id, size());
    if (!special_.is_control(id)) append_text(id, text);
  }
  return {};
}

}  // namespace prenorm::text
