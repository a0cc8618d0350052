#include "prenorm/papers/xiong2020/depth_sweep.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/json.h"
#include "prenorm/probe/predictions.h"

namespace prenorm::papers::xiong2020 {
namespace {

DepthPoint measure_depth(const TheoryOptions& o, NormPlacement placement, std::int64_t layers, std::int64_t d) {
  const probe::SimplifiedSetting setting{.placement = placement, .layers = layers, .d_model = d, .length = o.length};
  const auto seeds = measure_seeds(o, setting);
  const ModelConfig model = probe::model_config(setting);
  DepthPoint point{layers, {}, {}};
  for (const probe::SimplifiedMeasurement& m : seeds)
    point.gradient_norms.push_back(m.gradient(probe::w2_of(Stack::kEncoder, layers - 1)).mean_of_norms);
  for (std::int64_t l = 0; l < layers; ++l)
    point.states.push_back(mean_state(seeds, probe::state_of(model, Stack::kEncoder, l)));
  return point;
}

std::string cell_name(const TheoryOptions& o, NormPlacement placement, std::int64_t layers, std::int64_t d) {
  return fmt::format("{}, {} layers, d_model {}, {} seeds from {}, {} sequences of {}", enum_name(placement), layers, d,
                     o.seeds, o.first_seed, o.sequences, o.length);
}

}  // namespace

double DepthPoint::mean_gradient_norm() const { return mean_of(gradient_norms); }

std::vector<probe::SimplifiedMeasurement> measure_seeds(const TheoryOptions& o, probe::SimplifiedSetting setting) {
  std::vector<probe::SimplifiedMeasurement> seeds(static_cast<std::size_t>(o.seeds));
  setting.sequences = o.sequences;
  at::parallel_for(0, o.seeds, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      probe::SimplifiedSetting mine = setting;
      mine.seed = o.first_seed + static_cast<std::uint64_t>(i);
      seeds[static_cast<std::size_t>(i)] = measure(mine);
    }
  });
  return seeds;
}

double mean_state(const std::vector<probe::SimplifiedMeasurement>& seeds, const std::string& point) {
  std::vector<double> states;
  states.reserve(seeds.size());
  for (const probe::SimplifiedMeasurement& m : seeds) states.push_back(m.state(point).squared_norm_over_d);
  return mean_of(states);
}

DepthSweep measure_depths(const TheoryOptions& o, std::int64_t d, const Cells& cells) {
  std::vector<std::pair<std::int64_t, NormPlacement>> models;
  std::vector<std::string> names;
  for (const std::int64_t layers : o.depths)
    for (const NormPlacement placement : {o.post, o.pre}) {
      models.emplace_back(layers, placement);
      names.push_back(cell_name(o, placement, layers, d));
    }
  const auto found = cells.get_all(fmt::format("d_model {}", d), names, CellThreads::kAllForEach, [&](std::size_t i) {
    const DepthPoint point = measure_depth(o, models[i].second, models[i].first, d);
    return nlohmann::json{{"gradient_norms", point.gradient_norms}, {"states", point.states}};
  });
  DepthSweep sweep;
  for (std::size_t i = 0; i < found.size(); ++i)
    (i % 2 == 0 ? sweep.post : sweep.pre)
        .push_back({models[i].first, numbers_field(found[i], "gradient_norms"), numbers_field(found[i], "states")});
  return sweep;
}

}  // namespace prenorm::papers::xiong2020
