// JSON that others may have written: a run's files, a prepared folder's, a published model's. Deeply nested text is
// rejected before it is parsed, since copying, writing and comparing such a value takes a stack frame per level.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/base/describe.h"
#include "prenorm/base/error.h"

namespace prenorm {

// A missing value, or one of the wrong type or out of range: the message names the key and what was expected. Whoever
// reads a file catches it and adds the name of the file.
class JsonError : public DataError {
 public:
  using DataError::DataError;
};

// Whether brackets are nested no deeper than in our own files and those of published models.
bool is_shallow_json(std::string_view text);

// A discarded value (is_discarded(), not an object) if the text is not JSON or is nested too deeply.
template <class Json = nlohmann::json>
Json parse_json(std::string_view text) {
  if (!is_shallow_json(text)) return Json(Json::value_t::discarded);
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

// "NAME is missing or wrong, expected EXPECTED".
[[noreturn]] void refuse_json(std::string_view name, std::string_view expected);

// Inclusive bounds. The default suits counts: the highest count times a few bytes does not overflow.
struct WholeRange {
  std::int64_t lowest = 0, highest = 1'000'000'000'000'000;
};
inline constexpr WholeRange kTokenId{-1, std::numeric_limits<std::int32_t>::max()};  // -1: no such token

// A number within its range; messages call it `name`. Errors: JsonError.
template <class Json>
std::int64_t whole_number(const Json& value, std::string_view name, WholeRange range = {}) {
  constexpr auto kHighest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool fits =
      value.is_number_unsigned() ? value.template get<std::uint64_t>() <= kHighest : value.is_number_integer();
  const std::int64_t number = fits ? value.template get<std::int64_t>() : 0;
  if (!fits || number < range.lowest || number > range.highest)
    refuse_json(name, fmt::format("a whole number from {} to {}", range.lowest, range.highest));
  return number;
}
template <class Json>
double real_number(const Json& value, std::string_view name, Range range = {}) {
  const double number = value.is_number() ? value.template get<double>() : std::nan("");
  if (!std::isfinite(number) || number < range.lowest || number > range.highest)
    refuse_json(name, fmt::format("a number from {} to {}", range.lowest, range.highest));
  return number;
}

// Reads the members of an object. A struct that is written and read declares its members once, in a function of a
// reader or a writer:
//
//   template <class Fields, class T> void members(Fields&& fields, T& window) {
//     fields.whole("target_tokens", window.target_tokens);
//     fields.real("seconds", window.seconds, Range{0, 1e15});
//   }
enum class MissingJson : std::uint8_t { kRefused, kLeftAsItIs };

template <class Json>
class BasicJsonReader {
 public:
  // Errors, of every member function: JsonError.
  explicit BasicJsonReader(const Json& object, MissingJson missing = MissingJson::kRefused)
      : object_(object), missing_(missing) {
    if (!object.is_object()) refuse_json("the value", "an object");
  }

  template <class Integer>
  void whole(const char* key, Integer& value, WholeRange range = {}) const {
    if (const Json* found = find(key)) value = static_cast<Integer>(whole_number(*found, key, range));
  }
  void real(const char* key, double& value, Range range = {}) const {
    if (const Json* found = find(key)) value = real_number(*found, key, range);
  }
  // A list of at most `most` numbers, each within the range.
  void reals(const char* key, std::vector<double>& values, std::size_t most, Range range = {}) const {
    const Json* found = find(key);
    if (found == nullptr) return;
    if (!found->is_array() || found->size() > most) refuse_json(key, fmt::format("a list of at most {} numbers", most));
    values.clear();
    for (const Json& value : *found) values.push_back(real_number(value, key, range));
  }
  // Text, booleans, lists and types with a from_json() of their own.
  template <class T>
  void value(const char* key, T& value) const {
    static_assert(!std::is_arithmetic_v<T> || std::is_same_v<T, bool>, "a number has a range");
    const Json* found = find(key);
    if (found == nullptr) return;
    try {
      value = found->template get<T>();
    } catch (const nlohmann::json::exception&) {
      refuse_json(key, "another kind of value");
    }
  }
  // The value itself. Errors: JsonError if it is missing, even if the reader accepts missing members.
  const Json& at(const char* key) const {
    const auto found = object_.find(key);
    if (found == object_.end()) refuse_json(key, "a value");
    return *found;
  }

 private:
  const Json* find(const char* key) const {
    return missing_ == MissingJson::kLeftAsItIs && !object_.contains(key) ? nullptr : &at(key);
  }

  const Json& object_;
  MissingJson missing_;
};
using JsonReader = BasicJsonReader<nlohmann::json>;

// Writes what JsonReader reads.
class JsonWriter {
 public:
  explicit JsonWriter(nlohmann::json& object) : object_(object) { object_ = nlohmann::json::object(); }

  void whole(const char* key, std::int64_t value, WholeRange = {}) { object_[key] = value; }
  void real(const char* key, double value, Range = {}) { object_[key] = value; }
  void reals(const char* key, const std::vector<double>& values, std::size_t, Range = {}) { object_[key] = values; }
  template <class T>
  void value(const char* key, const T& value) {
    object_[key] = value;
  }

 private:
  nlohmann::json& object_;
};

}  // namespace prenorm
