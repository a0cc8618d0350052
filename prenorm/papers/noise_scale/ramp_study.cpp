#include "prenorm/papers/noise_scale/ramp_study.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace prenorm::papers::noise_scale {
namespace {

Model model_of(const Setting& setting, std::uint64_t seed, bool ramps) {
  Model model{.seed = seed, .decay_tokens = setting.ramp_tokens};
  if (!ramps) return model;
  model.ramp_from = 1;
  model.ramp_tokens = setting.ramp_tokens;
  return model;
}

}  // namespace

std::vector<RampPair> study_ramp(const Setting& setting, const real_data::Characters& text, const Cells& cells) {
  std::vector<Model> models;
  std::vector<std::string> names;
  for (std::int64_t seed = 1; seed <= setting.seeds; ++seed)
    for (const bool ramps : {false, true}) {
      models.push_back(model_of(setting, static_cast<std::uint64_t>(seed), ramps));
      names.push_back(fmt::format("ramp: {}, {} tokens", models.back().name(), setting.ramp_tokens));
    }
  const auto values = cells.get_all("ramp", names, CellThreads::kOneEach, [&](std::size_t i) {
    return to_json(CharacterRun(models[i], text).train(setting.ramp_tokens));
  });
  std::vector<RampPair> pairs;
  for (std::size_t i = 0; i + 1 < values.size(); i += 2)
    pairs.push_back({series_from_json(values[i]), series_from_json(values[i + 1])});
  return pairs;
}

LossCurve loss_curve(const Series& series, double stretch) {
  LossCurve curve;
  double begin = 0, sum = 0, before = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    sum += series.loss[i] * (series.tokens[i] - before);
    before = series.tokens[i];
    if (before < begin + stretch && i + 1 < series.size()) continue;
    curve.tokens.push_back(before);
    curve.loss.push_back(sum / (before - begin));
    begin = before;
    sum = 0;
  }
  return curve;
}

Saving saving_of(const RampPair& pair, double stretch) {
  const LossCurve fixed = loss_curve(pair.fixed, stretch), ramp = loss_curve(pair.ramp, stretch);
  const double target = fixed.loss.back(), all = fixed.tokens.back();
  const std::size_t last = ramp.loss.size() - 1;
  std::size_t reached = 1;
  while (reached < last && ramp.loss[reached] > target) ++reached;
  const double slope =
      (ramp.loss[reached] - ramp.loss[reached - 1]) / (ramp.tokens[reached] - ramp.tokens[reached - 1]);
  if (ramp.loss[reached] > target && slope >= 0) return {target, -1};
  const double needed = ramp.tokens[reached] + (target - ramp.loss[reached]) / slope;
  return {target, std::max(-1.0, 1 - needed / all)};
}

}  // namespace prenorm::papers::noise_scale
