// The JSON of experiments, which may hold numbers that are not finite: they are written by json_number().
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "prenorm/base/json.h"

namespace prenorm::papers {

// Reads what json_number() writes: a number, "nan", "inf" or "-inf". Errors: JsonError.
double number_from_json(const nlohmann::json& value, const char* name);
nlohmann::ordered_json numbers_to_json(const std::vector<double>& values);

// Members of an object. Errors: JsonError where there is no such member or it has another type.
double number_field(const nlohmann::json& object, const char* name);
std::vector<double> numbers_field(const nlohmann::json& object, const char* name);

template <class T>
T field(const nlohmann::json& object, const char* name) {
  T value{};
  JsonReader(object).value(name, value);
  return value;
}

}  // namespace prenorm::papers
