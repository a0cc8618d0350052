#include "prenorm/papers/benign_overfitting/runs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace prenorm::papers::benign_overfitting {
namespace {

constexpr double kNotReached = std::numeric_limits<double>::quiet_NaN();

nlohmann::json state_to_json(const State& s) {
  return {s.step, s.loss, s.attention_signal, s.attention_noise, s.score_positive, s.score_negative, s.score_noise};
}
State state_from_json(const nlohmann::json& s) { return {s[0], s[1], s[2], s[3], s[4], s[5], s[6]}; }

}  // namespace

double rate_for(const DataSetting& data) {
  return 8 * std::min(1.0, static_cast<double>(data.samples) / 16) * std::min(1.0, 1 / (data.snr * data.snr));
}

RunSetting run_setting(const DataSetting& data, std::vector<double> stops, Trained trained) {
  return {data, {}, {rate_for(data), trained, std::move(stops)}};
}

std::string name_of(const RunSetting& s) {
  return fmt::format("{}; d_h {}, d_v {}, logits {}, scores {}; {} trained, rate {}, to {}, at most {} steps; {}",
                     name_of(s.data), s.start.layout.keys, s.start.layout.values, s.start.logit_deviation,
                     s.start.score_deviation, enum_name(s.descent.trained), s.descent.rate,
                     fmt::join(s.descent.stops, " "), s.descent.max_steps,
                     s.record == Record::kTrace ? "trace" : "stops");
}

StopResult Run::at_stop(std::size_t stop) const {
  if (stop < stops.size()) return stops[stop];
  const State none{-1, kNotReached, kNotReached, kNotReached, kNotReached, kNotReached, kNotReached};
  return {none, {kNotReached, kNotReached, kNotReached}};
}

double Run::time(std::size_t stop) const {
  return stop < stops.size() ? rate * static_cast<double>(stops[stop].state.step) : kNotReached;
}

nlohmann::json to_json(const Run& run) {
  auto stops = nlohmann::json::array(), trace = nlohmann::json::array();
  for (const StopResult& s : run.stops)
    stops.push_back({state_to_json(s.state), {s.test.loss, s.test.error, s.test.attention}});
  for (const State& state : run.trace) trace.push_back(state_to_json(state));
  return {{"rate", run.rate}, {"stops", stops}, {"trace", trace}};
}

Run run_from_json(const nlohmann::json& json) {
  Run run{json["rate"], {}, {}};
  for (const auto& s : json["stops"]) run.stops.push_back({state_from_json(s[0]), {s[1][0], s[1][1], s[1][2]}});
  for (const auto& s : json["trace"]) run.trace.push_back(state_from_json(s));
  return run;
}

Run train(const RunSetting& setting) {
  return train_on(draw_tokens(setting.data), fresh_samples(setting.data), setting);
}

Run train_on(const Tokens& tokens, const FreshSamples& fresh, const RunSetting& setting) {
  Run run{setting.descent.rate, {}, {}};
  std::int64_t next = 0;
  Observe observe;
  if (setting.record == Record::kTrace)
    observe = [&](const State& state) {
      if (state.step < next) return;
      run.trace.push_back(state);
      next = state.step + std::max<std::int64_t>(1, state.step / 100);
    };
  const AtStop at_stop = [&](const State& state, const Weights& weights) {
    run.stops.push_back({state, test(weights, fresh)});
  };
  descend(tokens, draw_weights(setting.data, setting.start), setting.descent, at_stop, observe);
  return run;
}

std::vector<Run> train_all(const std::string& label, const std::vector<RunSetting>& settings, const Cells& cells) {
  std::vector<std::string> names;
  for (const RunSetting& setting : settings) names.push_back(name_of(setting));
  return run_cells(
      label, names, [&](std::size_t i) { return train(settings[i]); }, cells);
}

std::vector<Run> run_cells(const std::string& label, const std::vector<std::string>& names,
                           const std::function<Run(std::size_t)>& compute, const Cells& cells) {
  std::vector<Run> runs;
  for (const auto& run :
       cells.get_all(label, names, CellThreads::kOneEach, [&](std::size_t i) { return to_json(compute(i)); }))
    runs.push_back(run_from_json(run));
  return runs;
}

}  // namespace prenorm::papers::benign_overfitting
