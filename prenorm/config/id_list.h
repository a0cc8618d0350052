// Token ids as the text of a key: "215" or "50256, 198".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace prenorm::config {

// Nothing if the text is not such a list; an empty list for an empty text.
std::optional<std::vector<std::int64_t>> parse_ids(std::string_view text);
std::string ids_text(std::span<const std::int64_t> ids);

}  // namespace prenorm::config
