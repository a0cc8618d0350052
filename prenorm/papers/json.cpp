#include "prenorm/papers/json.h"

#include <optional>

#include "prenorm/base/json_number.h"

namespace prenorm::papers {

double number_from_json(const nlohmann::json& value, const char* name) {
  if (const std::optional<double> number = number_of(value)) return *number;
  refuse_json(name, "a number, \"nan\", \"inf\" or \"-inf\"");
}

nlohmann::ordered_json numbers_to_json(const std::vector<double>& values) {
  auto list = nlohmann::ordered_json::array();
  for (const double value : values) list.push_back(json_number(value));
  return list;
}

double number_field(const nlohmann::json& object, const char* name) {
  return number_from_json(JsonReader(object).at(name), name);
}

std::vector<double> numbers_field(const nlohmann::json& object, const char* name) {
  std::vector<double> values;
  for (const nlohmann::json& value : field<std::vector<nlohmann::json>>(object, name))
    values.push_back(number_from_json(value, name));
  return values;
}

}  // namespace prenorm::papers
