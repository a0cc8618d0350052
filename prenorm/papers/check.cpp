#include "prenorm/papers/check.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/base/json_number.h"
#include "prenorm/base/text_table.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers {

std::string setting_text(const Check& check) {
  std::string text;
  for (const auto& [key, value] : check.setting) text += fmt::format("{}{} {:g}", text.empty() ? "" : ", ", key, value);
  return text;
}

std::string title_of(const Check& check) {
  return check.setting.empty() ? check.name : fmt::format("{} ({})", check.name, setting_text(check));
}

std::string accepted_text(const Check& check) {
  const auto [low, high] = check.accepted;
  if (low == high) return fmt::format("exactly {:g}", low);
  if (std::isinf(high)) return fmt::format("at least {:.4g}", low);
  if (std::isinf(low)) return fmt::format("at most {:.4g}", high);
  return fmt::format("{:.4g} to {:.4g}", low, high);
}

nlohmann::ordered_json to_json(const Check& check) {
  nlohmann::ordered_json setting = nlohmann::ordered_json::object();
  for (const auto& [key, value] : check.setting) setting[key] = value;
  return {{"name", check.name},
          {"source", check.source},
          {"setting", setting},
          {"measured", json_number(check.measured)},
          {"predicted", json_number(check.predicted)},
          {"accepted", numbers_to_json({check.accepted.low, check.accepted.high})},
          {"pass", check.pass()},
          {"what", check.what}};
}

Check check_from_json(const nlohmann::json& json) {
  Check check;
  check.name = field<std::string>(json, "name");
  check.source = field<std::string>(json, "source");
  const auto setting = field<nlohmann::json>(json, "setting");
  for (const auto& [key, value] : setting.items()) check.setting.emplace_back(key, number_from_json(value, "setting"));
  check.measured = number_field(json, "measured");
  check.predicted = number_field(json, "predicted");
  const std::vector<double> accepted = numbers_field(json, "accepted");
  if (accepted.size() != 2) refuse_json("accepted", "two numbers");
  check.accepted = {accepted[0], accepted[1]};
  check.what = field<std::string>(json, "what");
  return check;
}

std::string table_of(const std::vector<Check>& checks) {
  TextTable table{
      {"check", "setting", "measured", "predicted", "accepted", ""}, {false, false, true, true, false, false}, {}};
  for (const Check& c : checks)
    table.rows.push_back({c.name, setting_text(c), fmt::format("{:.4g}", c.measured),
                          fmt::format("{:.4g}", c.predicted), accepted_text(c), c.pass() ? "pass" : "FAIL"});
  return aligned(table);
}

}  // namespace prenorm::papers
