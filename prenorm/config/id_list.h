// Ids of tokens as the text of a key: "215" or "50256, 198".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace prenorm::config {

// Nothing where the text is no such list; an empty one for no text.
std::optional<std::vector<std::int64_t>> parse_ids(std::string_view text);
std::string ids_text(std::span<const std::int64_t> ids);

}  // namespace prenorm::config
