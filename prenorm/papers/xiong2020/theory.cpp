#include "prenorm/papers/xiong2020/theory.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "prenorm/base/json_number.h"
#include "prenorm/papers/json.h"
#include "prenorm/papers/xiong2020/depth_checks.h"
#include "prenorm/papers/xiong2020/lemma_checks.h"
#include "prenorm/papers/xiong2020/profile_checks.h"

namespace prenorm::papers::xiong2020 {
namespace {

void append(std::vector<Check>& to, const std::vector<Check>& more) { to.insert(to.end(), more.begin(), more.end()); }

std::int64_t d_model_of(const Check& c) { return static_cast<std::int64_t>(c.setting.at(0).second); }

// The wider side of the accepted interval.
double tolerance(const Check& c) { return std::max(c.accepted.high - c.predicted, c.predicted - c.accepted.low); }

nlohmann::ordered_json bound(double value) {
  return std::isinf(value) ? nlohmann::ordered_json() : nlohmann::ordered_json(value);
}

}  // namespace

std::vector<std::pair<std::string, double>> at_width(std::int64_t d_model) {
  return {{"d_model", static_cast<double>(d_model)}};
}

std::vector<Check> check_theory(const TheoryOptions& options) {
  const Cells nothing_kept;
  std::vector<Check> checks;
  for (const std::int64_t d : options.widths) {
    append(checks, check_lemma_1(d, options.first_seed));
    append(checks, check_lemma_3(d, options.first_seed));
    append(checks, check_over_depth(options, measure_depths(options, d, nothing_kept), d));
    append(checks, check_profiles(options, d));
  }
  return checks;
}

nlohmann::ordered_json theory_json(const std::vector<Check>& checks) {
  auto list = nlohmann::ordered_json::array();
  for (const Check& c : checks)
    list.push_back({{"name", c.name},
                    {"source", "Xiong et al. 2020, " + c.source},
                    {"d_model", d_model_of(c)},
                    {"measured", c.measured},
                    {"predicted", c.predicted},
                    {"tolerance", bound(tolerance(c))},
                    {"accepted", {bound(c.accepted.low), bound(c.accepted.high)}},
                    {"pass", c.pass()},
                    {"what", c.what}});
  return list;
}

std::vector<Check> theory_from_json(const nlohmann::json& json) {
  if (!json.is_array()) refuse_json("checks", "a list");
  std::vector<Check> checks;
  for (const nlohmann::json& c : json) {
    std::int64_t d_model = 0;
    JsonReader(c).whole("d_model", d_model);
    const auto accepted = field<nlohmann::json>(c, "accepted");
    if (!accepted.is_array() || accepted.size() != 2) refuse_json("accepted", "two bounds");
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    checks.push_back({field<std::string>(c, "name"),
                      field<std::string>(c, "source"),
                      at_width(d_model),
                      number_or_nan(c, "measured"),
                      number_or_nan(c, "predicted"),
                      {number_of(accepted[0]).value_or(-kInfinity), number_of(accepted[1]).value_or(kInfinity)},
                      field<std::string>(c, "what")});
  }
  return checks;
}

std::string theory_table(const std::vector<Check>& checks) {
  std::string text = fmt::format("{:<28} {:>7} {:>10} {:>10}  {:<16} {}\n", "check", "d_model", "measured", "predicted",
                                 "accepted", "");
  for (const Check& c : checks)
    text += fmt::format("{:<28} {:>7} {:>10.4g} {:>10.4g}  {:<16} {}\n", c.name, d_model_of(c), c.measured, c.predicted,
                        fmt::format("{:g} to {:g}", c.accepted.low, c.accepted.high), c.pass() ? "pass" : "FAIL");
  return text;
}

}  // namespace prenorm::papers::xiong2020
