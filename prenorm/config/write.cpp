#include "prenorm/config/write.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "prenorm/config/fields.h"

namespace prenorm {
using config::Field;
using config::fields_of;
using config::Section;
using config::sections_of;
namespace {

constexpr std::size_t kColumns = 120;

std::string help_comment(const Field& field) {
  const std::string help = fmt::format("# {}", field.help), range = config::range_text(field);
  if (range.empty()) return help + "\n";
  const bool fits = help.size() + range.size() + 3 <= kColumns;
  return fmt::format("{}{}[{}]\n", help, fits ? " " : "\n# ", range);
}

nlohmann::json json_value(const Field& field) {
  const auto to_value = [](const auto& slot) -> nlohmann::json {
    if constexpr (std::is_pointer_v<std::decay_t<decltype(slot)>>)
      return *slot;
    else
      return slot.choices[slot.get(slot.target)];
  };
  return std::visit(to_value, field.slot);
}

}  // namespace

std::string to_toml(const Config& config, HelpComments comments) {
  const bool help = comments == HelpComments::kYes;
  Config copy = config;
  std::string text;
  for (const Section& section : sections_of(copy)) {
    if (!text.empty()) text += "\n";
    if (help && !section.help.empty()) text += fmt::format("# {}\n", section.help);
    if (!section.name.empty()) text += fmt::format("[{}]\n", section.name);
    for (const Field& field : section.fields) {
      if (help) text += help_comment(field);
      text += fmt::format("{} = {}\n", field.name(), config::value_text(field));
    }
  }
  return text;
}

nlohmann::json to_json(const Config& config) {
  Config copy = config;
  nlohmann::json json;
  for (const Field& field : fields_of(copy))
    (field.section.empty() ? json : json[field.section])[std::string(field.name())] = json_value(field);
  return json;
}

std::string explain(const LoadedConfig& loaded) {
  Config copy = loaded.config;
  const std::vector<Field> fields = fields_of(copy);
  std::size_t key_width = 0, value_width = 0;
  for (const Field& field : fields) {
    key_width = std::max(key_width, field.key.size());
    value_width = std::max(value_width, config::value_text(field).size());
  }
  value_width = std::min<std::size_t>(value_width, 40);  // one long path must not push the column out of sight
  std::string text;
  for (const Field& field : fields)
    text += fmt::format("{:<{}}  {:<{}}  {}\n", field.key, key_width, config::value_text(field), value_width,
                        loaded.origin.at(field.key));
  return text;
}

std::vector<KeyInfo> all_keys() {
  Config defaults;
  std::vector<KeyInfo> keys;
  for (const Field& field : fields_of(defaults)) {
    KeyInfo info{field.key,
                 std::string(config::type_text(field)),
                 config::value_text(field),
                 config::range_text(field),
                 {},
                 std::string(field.help)};
    if (const auto* slot = std::get_if<config::EnumSlot>(&field.slot))
      info.choices.assign(slot->choices.begin(), slot->choices.end());
    keys.push_back(std::move(info));
  }
  return keys;
}

}  // namespace prenorm
