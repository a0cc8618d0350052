// A Config seen as a flat list of keys of any type, for parsing, printing and documentation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "prenorm/config/config.h"

namespace prenorm::config {

// The value of an enum in a Config, with its type erased.
struct EnumSlot {
  void* target;
  std::vector<std::string_view> choices;
  std::size_t (*get)(const void* target);  // index into choices
  void (*set)(void* target, std::size_t choice);
};

using Slot = std::variant<bool*, std::int64_t*, double*, std::string*, EnumSlot>;

struct Field {
  std::string section;  // empty for keys above all sections
  std::string key;      // dotted: "model.d_model"
  std::string_view help;
  Range range;  // numbers only
  Slot slot;

  std::string_view name() const { return std::string_view(key).substr(section.empty() ? 0 : section.size() + 1); }
};

struct Section {
  std::string name;
  std::string_view help;
  std::vector<Field> fields;
};

// Sections and keys in the order of their declaration. The slots point into `config`, which must outlive them.
std::vector<Section> sections_of(Config& config);
std::vector<Field> fields_of(Config& config);

// A value that is not a scalar, in a file or an override.
struct NotScalar {
  std::string_view kind;  // "an array"
};
using Scalar = std::variant<bool, std::int64_t, double, std::string, NotScalar>;

// Sets a key and returns an empty string, or returns why not, as the rest of a sentence that starts with
// "model.d_model: ". Integers are accepted as floats and floats as integers only if the value does not change.
[[nodiscard]] std::string assign(const Field& field, const Scalar& value);

// The value as TOML; a double is the shortest text that reads back exactly.
std::string value_text(const Field& field);
// "integer", "number", "true or false", "text" or "choice".
std::string_view type_text(const Field& field);
// "2 to 65536", "post_ln, pre_ln"; empty for text and booleans.
std::string range_text(const Field& field);

}  // namespace prenorm::config
