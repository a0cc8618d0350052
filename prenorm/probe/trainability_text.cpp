#include "prenorm/probe/trainability_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "prenorm/base/json.h"
#include "prenorm/base/json_number.h"

namespace prenorm::probe {
namespace {

template <class E>
E named(const nlohmann::json& object, const char* key) {
  std::string text;
  JsonReader(object).value(key, text);
  for (const auto& [value, name] : EnumNames<E>::values)
    if (name == text) return value;
  refuse_json(key, "one of its names");
}

}  // namespace

std::string to_text(const StackVerdict& v) {
  return fmt::format(
      "{}: {} (cosine of tokens at its end {:.3f}; score variance {:.2g} of the critical one; "
      "gradient of the first layer over the last {:.3g})",
      enum_name(v.stack), enum_name(v.verdict), v.cosine, v.score_variance_ratio, v.gradient_ratio);
}

nlohmann::ordered_json recursion_json(const std::vector<StackVerdict>& stacks) {
  auto list = nlohmann::ordered_json::array();
  for (const StackVerdict& v : stacks)
    list.push_back({{"stack", enum_name(v.stack)},
                    {"verdict", enum_name(v.verdict)},
                    {"cosine_at_output", v.cosine},
                    {"score_variance_over_critical", v.score_variance_ratio},
                    {"first_gradient_over_last", v.gradient_ratio}});
  return {{"verdict", enum_name(verdict_on(stacks))},
          {"rule",
           {{"one_minus_cosine_at_least", kLeastDistance},
            {"score_variance_over_critical_at_most", kMostScoreVariance},
            {"gradient_ratio_at_most", kLargestGradientRatio}}},
          {"stacks", std::move(list)}};
}

std::vector<StackVerdict> recursion_from_json(const nlohmann::json& json) {
  const nlohmann::json& stacks = JsonReader(json).at("stacks");
  if (!stacks.is_array()) refuse_json("stacks", "a list");
  std::vector<StackVerdict> list;
  for (const nlohmann::json& s : stacks)
    list.push_back({named<Stack>(s, "stack"), named<Trainability>(s, "verdict"), number_or_nan(s, "cosine_at_output"),
                    number_or_nan(s, "score_variance_over_critical"), number_or_nan(s, "first_gradient_over_last")});
  return list;
}

}  // namespace prenorm::probe
