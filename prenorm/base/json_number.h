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

// Reads what json_number() writes; nothing where the value is anything else.
template <class Json>
std::optional<double> number_of(const Json& value) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (value.is_number()) return value.template get<double>();
  if (value == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (value == "inf") return kInfinity;
  if (value == "-inf") return -kInfinity;
  return std::nullopt;
}

// A number of an object, as json_number() writes it; NaN if the key is missing or holds anything else.
template <class Json>
double number_or_nan(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  const std::optional<double> number = found != object.end() ? number_of(*found) : std::nullopt;
  return number.value_or(std::numeric_limits<double>::quiet_NaN());
}

}  // namespace prenorm
