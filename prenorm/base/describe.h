// Configuration values are declared once, by a function `describe(visitor, section)` beside each section's struct:
//
//   template <class V> void describe(V& v, OptimConfig& c) {
//     v.field("lr", c.lr, Range{0.0, 1e6}, "peak learning rate");
//     v.field("name", c.name, "optimizer");                       // an enum: its names come from EnumNames
//   }
//
// Visitors (prenorm/config/) parse, check ranges, print, explain and document from that one declaration.
#pragma once

#include <array>
#include <limits>
#include <string_view>
#include <utility>

namespace prenorm {

// Inclusive bounds of a number.
struct Range {
  double lowest = -std::numeric_limits<double>::infinity();
  double highest = std::numeric_limits<double>::infinity();
};

// Specialise for each enum: static constexpr std::array<std::pair<E, std::string_view>, N> values.
template <class E>
struct EnumNames;

template <class E>
constexpr std::string_view enum_name(E value) {
  for (const auto& [candidate, name] : EnumNames<E>::values)
    if (candidate == value) return name;
  return "?";
}

}  // namespace prenorm
