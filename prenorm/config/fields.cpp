#include "prenorm/config/fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <optional>
#include <type_traits>

#include "prenorm/base/text.h"
#include "prenorm/base/utf8.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::config {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

template <class E>
EnumSlot enum_slot(E& target) {
  EnumSlot slot{&target, {}, nullptr, nullptr};
  for (const auto& [value, name] : EnumNames<E>::values) slot.choices.push_back(name);
  slot.get = [](const void* at) {
    std::size_t index = 0;
    while (EnumNames<E>::values[index].first != *static_cast<const E*>(at)) ++index;
    return index;
  };
  slot.set = [](void* at, std::size_t choice) { *static_cast<E*>(at) = EnumNames<E>::values[choice].first; };
  return slot;
}

// Visits describe() to collect sections and keys.
class Collector {
 public:
  template <class S>
  void section(std::string_view name, S& value, std::string_view help) {
    sections.push_back({std::string(name), help, {}});
    describe(*this, value);
  }
  template <class T>
  void field(std::string_view name, T& value, std::string_view help) {
    field(name, value, Range{}, help);
  }
  template <class T>
  void field(std::string_view name, T& value, Range range, std::string_view help) {
    if (sections.empty()) sections.emplace_back();
    Section& section = sections.back();
    std::string key = section.name.empty() ? std::string(name) : fmt::format("{}.{}", section.name, name);
    section.fields.push_back({section.name, std::move(key), help, range, slot(value)});
  }

  std::vector<Section> sections;

 private:
  template <class T>
  static Slot slot(T& value) {
    if constexpr (std::is_enum_v<T>)
      return enum_slot(value);
    else
      return &value;
  }
};

std::string found_text(const Scalar& value) {
  return std::visit(Overloaded{[](bool b) -> std::string { return b ? "true" : "false"; },
                               [](std::int64_t i) { return fmt::format("the integer {}", i); },
                               [](double d) { return fmt::format("the number {}", float_text(d)); },
                               [](const std::string& s) { return fmt::format("the text {}", quote_short(s)); },
                               [](NotScalar other) { return std::string(other.kind); }},
                    value);
}

std::string expected(std::string_view what, const Scalar& value) {
  return fmt::format("expected {}, got {}", what, found_text(value));
}

std::optional<std::int64_t> exact_integer(const Scalar& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr || !(std::abs(*number) <= 0x1p53) || *number != std::floor(*number)) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

std::optional<double> exact_double(const Scalar& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  const auto* integer = std::get_if<std::int64_t>(&value);
  if (integer == nullptr || *integer > std::int64_t{1} << 53 || *integer < -(std::int64_t{1} << 53))
    return std::nullopt;
  return static_cast<double>(*integer);
}

// NaN is in no range; infinity is not even in a range without bounds.
bool within(double value, Range range) {
  return std::isfinite(value) && value >= range.lowest && value <= range.highest;
}

std::string outside(const Field& field, std::string_view value) {
  return fmt::format("{} is out of range {}", value, range_text(field));
}

std::string assign_text(std::string& target, const Scalar& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return expected("text in quotes", value);
  if (!is_utf8(*text)) return "the text is not UTF-8";
  if (text->find('\0') != std::string::npos) return "the text has a NUL character";
  target = *text;
  return {};
}

std::string assign_choice(const EnumSlot& slot, const Scalar& value) {
  const auto* text = std::get_if<std::string>(&value);
  const std::string choices = fmt::format("\"{}\"", fmt::join(slot.choices, "\", \""));
  if (text == nullptr) return expected("one of " + choices, value);
  for (std::size_t i = 0; i < slot.choices.size(); ++i)
    if (slot.choices[i] == *text) return slot.set(slot.target, i), std::string();
  const std::vector<std::string> known(slot.choices.begin(), slot.choices.end());
  return fmt::format("expected one of {}, got {}{}", choices, quote_short(*text), did_you_mean(*text, known));
}

}  // namespace

std::vector<Section> sections_of(Config& config) {
  Collector collector;
  describe(collector, config);
  return std::move(collector.sections);
}

std::vector<Field> fields_of(Config& config) {
  std::vector<Field> fields;
  for (Section& section : sections_of(config))
    fields.insert(fields.end(), section.fields.begin(), section.fields.end());
  return fields;
}

std::string assign(const Field& field, const Scalar& value) {
  const auto assign_integer = [&](std::int64_t* target) {
    const auto integer = exact_integer(value);
    if (!integer) return expected("an integer", value);
    if (!within(static_cast<double>(*integer), field.range)) return outside(field, fmt::format("{}", *integer));
    *target = *integer;
    return std::string();
  };
  const auto assign_double = [&](double* target) {
    const auto number = exact_double(value);
    if (!number) return expected("a number", value);
    if (!within(*number, field.range)) return outside(field, float_text(*number));
    *target = *number;
    return std::string();
  };
  const auto assign_bool = [&](bool* target) {
    const auto* boolean = std::get_if<bool>(&value);
    if (boolean == nullptr) return expected("true or false", value);
    *target = *boolean;
    return std::string();
  };
  return std::visit(Overloaded{assign_bool, assign_integer, assign_double,
                               [&](std::string* target) { return assign_text(*target, value); },
                               [&](const EnumSlot& slot) { return assign_choice(slot, value); }},
                    field.slot);
}

std::string value_text(const Field& field) {
  return std::visit(
      Overloaded{[](const bool* b) -> std::string { return *b ? "true" : "false"; },
                 [](const std::int64_t* i) { return fmt::format("{}", *i); },
                 [](const double* d) { return float_text(*d); }, [](const std::string* s) { return quote(*s); },
                 [](const EnumSlot& slot) { return quote(slot.choices[slot.get(slot.target)]); }},
      field.slot);
}

std::string_view type_text(const Field& field) {
  constexpr std::string_view names[] = {"true or false", "integer", "number", "text", "choice"};
  return names[field.slot.index()];
}

std::string range_text(const Field& field) {
  if (const auto* slot = std::get_if<EnumSlot>(&field.slot)) return fmt::format("{}", fmt::join(slot->choices, ", "));
  const bool number = std::holds_alternative<std::int64_t*>(field.slot) || std::holds_alternative<double*>(field.slot);
  if (!number) return {};
  return std::isfinite(field.range.lowest) || std::isfinite(field.range.highest)
             ? fmt::format("{} to {}", bound_text(field.range.lowest), bound_text(field.range.highest))
             : "finite";
}

}  // namespace prenorm::config
