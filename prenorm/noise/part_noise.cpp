#include "prenorm/noise/part_noise.h"

#include <cmath>

#include "prenorm/base/json_number.h"

namespace prenorm::noise {
namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson part_json(const PartNoise& part, double tokens_per_example) {
  const ScaleEstimate& scale = part.scale;
  return {{"examples", or_null(scale.examples)},
          {"low_examples", scale.low},
          {"high_examples", or_null(scale.high)},
          {"target_tokens", scale.examples ? OrderedJson(*scale.examples * tokens_per_example) : OrderedJson()},
          {"gradient_square", part.moments.gradient_square},
          {"gradient_variance", part.moments.gradient_variance}};
}

std::optional<double> finite_number(const OrderedJson& object, const char* key) {
  const double value = number_or_nan(object, key);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace

std::vector<PartNoise> noise_of(const std::vector<PartMean>& means) {
  std::vector<PartNoise> parts;
  parts.reserve(means.size());
  for (const PartMean& mean : means) parts.push_back({mean.name, mean.moments.scale(), mean.moments.mean()});
  return parts;
}

OrderedJson to_json(const std::vector<PartNoise>& parts, double target_tokens_per_example) {
  OrderedJson json = OrderedJson::object();
  for (const PartNoise& part : parts) json[part.part] = part_json(part, target_tokens_per_example);
  return json;
}

std::vector<PartNoise> parts_from_json(const OrderedJson& json) {
  std::vector<PartNoise> parts;
  if (!json.is_object()) return parts;
  for (const auto& [name, part] : json.items()) {
    if (!part.is_object()) continue;
    parts.push_back({name,
                     {finite_number(part, "examples"), finite_number(part, "low_examples").value_or(0),
                      finite_number(part, "high_examples")},
                     {number_or_nan(part, "gradient_square"), number_or_nan(part, "gradient_variance")}});
  }
  return parts;
}

}  // namespace prenorm::noise
