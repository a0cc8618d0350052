#include "prenorm/config/id_list.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace prenorm::config {

std::optional<std::vector<std::int64_t>> parse_ids(std::string_view text) {
  std::vector<std::int64_t> ids;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view word = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    std::int64_t id = -1;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    if (error != std::errc() || end != word.data() + word.size() || id < 0) return std::nullopt;
    ids.push_back(id);
  }
  return ids;
}

std::string ids_text(std::span<const std::int64_t> ids) { return fmt::format("{}", fmt::join(ids, ", ")); }

}  // namespace prenorm::config
