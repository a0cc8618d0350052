// Figures that may not be known, in JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

namespace prenorm::lab {

template <class T>
nlohmann::ordered_json or_null(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

}  // namespace prenorm::lab
