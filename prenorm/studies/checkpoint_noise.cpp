#include "prenorm/studies/checkpoint_noise.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "prenorm/base/json.h"
#include "prenorm/base/text.h"

namespace prenorm::studies {
namespace {

constexpr Range kTokens{0, 1e18};

std::string whole(double tokens) { return format_count(std::llround(tokens)); }

template <class Fields>
void read_optional(const Fields& fields, const nlohmann::json& json, const char* name, std::optional<double>& value) {
  if (!json.contains(name) || json[name].is_null()) return;
  double number = 0;
  fields.real(name, number, kTokens);
  value = number;
}

}  // namespace

std::optional<CheckpointNoise> checkpoint_noise(const runs::TrainerState& state) {
  const noise::MeanMoments* means = state.noise_scale.whole();
  if (means == nullptr) return std::nullopt;
  CheckpointNoise noise{state.noise_scale.groups().back().name, means->scale()};
  const double tokens = state.noise_scale.target_tokens_per_example();
  noise::ScaleEstimate& scale = noise.target_tokens;
  scale.low *= tokens;
  if (scale.examples) *scale.examples *= tokens;
  if (scale.high) *scale.high *= tokens;
  return noise;
}

void to_json(nlohmann::json& json, const CheckpointNoise& noise) {
  json = {{"part", noise.part}, {"low", noise.target_tokens.low}};
  if (noise.target_tokens.examples) json["target_tokens"] = *noise.target_tokens.examples;
  if (noise.target_tokens.high) json["high"] = *noise.target_tokens.high;
}

void from_json(const nlohmann::json& json, CheckpointNoise& noise) {
  const JsonReader fields(json);
  fields.value("part", noise.part);
  fields.real("low", noise.target_tokens.low, kTokens);
  read_optional(fields, json, "target_tokens", noise.target_tokens.examples);
  read_optional(fields, json, "high", noise.target_tokens.high);
}

std::string noise_text(const CheckpointNoise& noise) {
  const noise::ScaleEstimate& scale = noise.target_tokens;
  const std::string over = noise.part == noise::kTotal ? "over all weights" : "over the weights of norms";
  if (!scale.examples) return fmt::format("no estimate (95 %: {} target tokens or more) {}", whole(scale.low), over);
  if (!scale.high)
    return fmt::format("{} target tokens (95 %: {} or more) {}", whole(*scale.examples), whole(scale.low), over);
  return fmt::format("{} target tokens (95 %: {} to {}) {}", whole(*scale.examples), whole(scale.low),
                     whole(*scale.high), over);
}

std::string comparison_text(const CheckpointNoise& noise, const Interval& critical) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  if (noise.target_tokens.high.value_or(kInfinite) < critical.low) return "the noise scale is smaller";
  if (noise.target_tokens.low > critical.high) return "the noise scale is larger";
  return "the two intervals overlap";
}

}  // namespace prenorm::studies
