#include "prenorm/config/load.h"

#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "prenorm/base/error.h"
#include "prenorm/base/text.h"
#include "prenorm/config/fields.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"

namespace prenorm {
namespace fs = std::filesystem;
using config::Field;
using config::NotScalar;
using config::Scalar;
using config::Section;
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20;
// toml++ recurses once for each part of a dotted key, without a limit.
constexpr std::ptrdiff_t kMostDots = 10'000;

struct Entry {
  std::string key;  // dotted
  toml::source_position at;
  const toml::node* value;
  bool in_section;
};

Scalar to_scalar(const toml::node& node) {
  if (const auto* value = node.as_boolean()) return value->get();
  if (const auto* value = node.as_integer()) return value->get();
  if (const auto* value = node.as_floating_point()) return value->get();
  if (const auto* value = node.as_string()) return value->get();
  if (node.is_table()) return NotScalar{"a table"};
  return NotScalar{node.is_array() ? std::string_view("an array") : std::string_view("a date or time")};
}

// toml++ says "Error while parsing key-value pair: cannot redefine existing integer 'lr'".
std::string syntax_text(std::string_view description) {
  constexpr std::string_view prefix = "Error while parsing ";
  std::string_view what = description, where;
  if (const std::size_t colon = what.find(": "); what.starts_with(prefix) && colon != std::string_view::npos) {
    where = what.substr(prefix.size(), colon - prefix.size());
    what.remove_prefix(colon + 2);
  }
  const std::string_view lead = what.starts_with("cannot redefine") ? "given twice" : "not valid TOML";
  std::string text;
  for (const char c : what) text += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return where.empty() ? fmt::format("{}: {}", lead, text) : fmt::format("{}: {} ({})", lead, text, where);
}

toml::table parse_toml(std::string_view text, std::string_view name) {
  if (text.size() > kLargestFile || std::count(text.begin(), text.end(), '.') > kMostDots)
    throw_error<UsageError>("{}: is too large for a configuration", name);
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    throw_error<UsageError>("{}:{}:{}: {}", name, at.line, at.column, syntax_text(error.description()));
  }
}

template <class T>
std::vector<std::string> names_of(const std::vector<T>& items, std::string T::*name) {
  std::vector<std::string> names(items.size());
  std::transform(items.begin(), items.end(), names.begin(), [&](const T& item) { return item.*name; });
  return names;
}

std::string hint(std::string_view word, const std::vector<std::string>& known) {
  const std::string nearest = did_you_mean(word, known);
  return nearest.empty() ? "; `prenorm config --reference` lists every key" : nearest;
}

// Keys in the order of the file, so that the first mistake is the one reported.
class Reader {
 public:
  Reader(LoadedConfig& loaded, std::string_view name)
      : loaded_(loaded),
        name_(name),
        sections_(config::sections_of(loaded.config)),
        fields_(config::fields_of(loaded.config)) {}

  void read(const toml::table& root) {
    for (auto&& [key, value] : root) collect(key, value);
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.at < b.at; });
    for (const Entry& entry : entries_) set(entry);
  }

 private:
  void collect(const toml::key& key, const toml::node& value) {
    const std::string section(key.str());
    const toml::table* table = value.as_table();
    const bool known =
        std::any_of(sections_.begin(), sections_.end(), [&](const Section& s) { return s.name == section; });
    if (table == nullptr || !known) {
      const bool top_key = std::any_of(fields_.begin(), fields_.end(),
                                       [&](const Field& f) { return f.section.empty() && f.key == section; });
      entries_.push_back({section, key.source().begin, &value, top_key});
      return;
    }
    for (auto&& [inner, node] : *table)
      entries_.push_back({fmt::format("{}.{}", section, inner.str()), inner.source().begin, &node, true});
  }

  void set(const Entry& entry) {
    const auto field = std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.key == entry.key; });
    if (field == fields_.end() || !entry.in_section) refuse(entry);
    if (const std::string problem = assign(*field, to_scalar(*entry.value)); !problem.empty())
      fail(entry, fmt::format("{}: {}", entry.key, problem));
    loaded_.origin[entry.key] = fmt::format("{}:{}", name_, entry.at.line);
  }

  [[noreturn]] void refuse(const Entry& entry) const {
    const std::vector<std::string> sections = names_of(sections_, &Section::name),
                                   keys = names_of(fields_, &Field::key);
    // "model.d_model" in quotes is one name with a dot, not a key of [model].
    const bool dotted_name = !entry.in_section && entry.key.find('.') != std::string::npos;
    const std::string shown = dotted_name ? quote(entry.key) : escape(entry.key);
    if (std::find(sections.begin(), sections.end(), entry.key) != sections.end())
      fail(entry, fmt::format("'{}' is a section: write [{}] and its keys below", shown, shown));
    if (entry.value->is_table() && !entry.in_section)
      fail(entry, fmt::format("unknown section '{}'{}", shown, hint(entry.key, sections)));
    fail(entry, fmt::format("unknown key '{}'{}", shown, hint(entry.key, keys)));
  }

  [[noreturn]] void fail(const Entry& entry, std::string_view what) const {
    throw_error<UsageError>("{}:{}:{}: {}", name_, entry.at.line, entry.at.column, what);
  }

  LoadedConfig& loaded_;
  std::string name_;
  std::vector<Section> sections_;
  std::vector<Field> fields_;
  std::vector<Entry> entries_;
};

// The text after "key=" as TOML, if it is exactly one value.
std::optional<Scalar> parse_scalar(const std::string& text) {
  try {
    const toml::table table = parse_toml("value = " + text, "");
    if (table.size() == 1) return to_scalar(table.begin()->second);
    return std::nullopt;
  } catch (const UsageError&) {
    return std::nullopt;  // the caller reports the problem in terms of the override
  }
}

Scalar override_scalar(const Field& field, const std::string& text) {
  const bool is_text =
      std::holds_alternative<std::string*>(field.slot) || std::holds_alternative<config::EnumSlot>(field.slot);
  const bool quoted = !text.empty() && (text.front() == '"' || text.front() == '\'');
  if (is_text && !quoted) return text;
  return parse_scalar(text).value_or(text);
}

}  // namespace

Override parse_override(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0)
    throw_error<UsageError>("--set {}: expected section.key=value", quote_short(text));
  const auto trim = [](std::string_view s) {
    const std::size_t first = s.find_first_not_of(' ');
    return first == std::string_view::npos ? s.substr(0, 0) : s.substr(first, s.find_last_not_of(' ') + 1 - first);
  };
  return {std::string(trim(text.substr(0, equals))), std::string(trim(text.substr(equals + 1))), "--set"};
}

void apply_override(LoadedConfig& loaded, const Override& override) {
  const std::vector<Field> fields = config::fields_of(loaded.config);
  const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.key == override.key; });
  if (field == fields.end())
    throw_error<UsageError>("{}: unknown key '{}'{}", override.origin, escape(override.key),
                            hint(override.key, names_of(fields, &Field::key)));
  if (const std::string problem = assign(*field, override_scalar(*field, override.value)); !problem.empty())
    throw_error<UsageError>("{}: {}: {}", override.origin, override.key, problem);
  loaded.origin[override.key] = override.origin;
}

LoadedConfig load_config_text(std::string_view text, std::string_view name, std::span<const std::string> overrides) {
  LoadedConfig loaded;
  for (const Field& field : config::fields_of(loaded.config)) loaded.origin[field.key] = "default";
  Reader(loaded, name).read(parse_toml(text, name));
  for (const std::string& text_of : overrides) apply_override(loaded, parse_override(text_of));
  return loaded;
}

namespace {
constexpr std::uint64_t kLargestConfig = std::uint64_t{16} << 20;
}

LoadedConfig load_config(const fs::path& toml, std::span<const std::string> overrides) {
  return load_config_text(read_file(toml, kLargestConfig), toml.string(), overrides);
}

LoadedConfig load_run_config(const fs::path& run, std::span<const std::string> overrides) {
  const fs::path file = run / "config.toml";
  if (!is_there(file)) throw_error<UsageError>("{}: is not a run folder, it has no config.toml", run.string());
  return load_config(file, overrides);
}

}  // namespace prenorm
