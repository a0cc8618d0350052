// JSON of experiments. It may contain numbers that are not finite, which json_number() writes.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "prenorm/base/json.h"

namespace prenorm::papers {

// Reads the output of json_number(): a number, "nan", "inf" or "-inf". Errors: JsonError.
double number_from_json(const nlohmann::json& value, const char* name);
nlohmann::ordered_json numbers_to_json(const std::vector<double>& values);

// Members of an object. Errors: JsonError if the member is missing or has another type.
double number_field(const nlohmann::json& object, const char* name);
std::vector<double> numbers_field(const nlohmann::json& object, const char* name);

template <class T>
T field(const nlohmann::json& object, const char* name) {
  T value{};
  JsonReader(object).value(name, value);
  return value;
}

}  // namespace prenorm::papers
