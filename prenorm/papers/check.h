// A claim of a paper as a number: the measured value, the prediction of the paper or its closed form, and the accepted
// values.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "prenorm/base/interval.h"

namespace prenorm::papers {

struct Check {
  std::string name;    // "theorem_1_pre_ln_slope"
  std::string source;  // the place in the paper: "Theorem 1"
  // What was varied, by name: {"d_model", 128}. Name and setting together identify a check.
  std::vector<std::pair<std::string, double>> setting;
  double measured = 0, predicted = 0;
  Interval accepted;
  std::string what;  // one line that defines `measured`

  bool pass() const { return accepted.contains(measured); }  // false for NaN
};

// "d_model 128, seed 2"; empty if nothing was varied.
std::string setting_text(const Check& check);
// "theorem_1_pre_ln_slope (d_model 128)"
std::string title_of(const Check& check);
// "0.4 to 1.2", "at least 2", "exactly 0"
std::string accepted_text(const Check& check);

// {name, source, setting, measured, predicted, accepted: [low, high], pass, what}
nlohmann::ordered_json to_json(const Check& check);
// Errors: JsonError.
Check check_from_json(const nlohmann::json& json);

// A table with one line per check.
std::string table_of(const std::vector<Check>& checks);

}  // namespace prenorm::papers
