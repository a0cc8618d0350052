// Numbers in JSON, which has no NaN.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>

namespace prenorm::training {

// A number, or where it is none "nan", "inf", "-inf".
inline nlohmann::ordered_json json_number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

}  // namespace prenorm::training
