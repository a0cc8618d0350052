// Numbers in JSON, which has no NaN.
#pragma once

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace prenorm {

// The number, or "nan", "inf" or "-inf" as text, for human readers, if it is not finite.
inline nlohmann::ordered_json json_number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

// null if the figure is not known.
template <class T>
nlohmann::ordered_json or_null(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

// A number in an object; NaN if the key is missing or its value is not a number.
template <class Json>
double number_or_nan(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->template get<double>()
                                                     : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace prenorm
