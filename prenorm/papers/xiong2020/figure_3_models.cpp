#include "prenorm/papers/xiong2020/figure_3_models.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "prenorm/papers/json.h"
#include "prenorm/probe/measurement.h"
#include "prenorm/probe/predictions.h"
#include "prenorm/probe/probe_summary.h"
#include "prenorm/tasks/synthetic_task.h"

namespace prenorm::papers::xiong2020 {
namespace {

constexpr std::int64_t kFigure3Batches = 4;

nlohmann::json measure_model(const Config& config) {
  tasks::SyntheticTask task(config, {});
  const probe::Measurement m = probe::measure(task, config.runtime, kFigure3Batches);
  const std::int64_t layers = config.model.decoder_layers;
  std::vector<double> expected;
  for (std::int64_t l = 0; l < layers; ++l)
    expected.push_back(m.gradient(probe::w2_of(Stack::kDecoder, l)).norm_of_mean);
  return {{"expected_gradients", expected},
          {"last_gradient", m.gradient(probe::w2_of(Stack::kDecoder, layers - 1)).mean_of_norms},
          {"last_state", probe::last_state(config.model, m)}};
}

std::vector<Config> all_configs(const Figure3Setting& s) {
  std::vector<Config> configs;
  for (const NormPlacement placement : kFigure3Placements)
    for (const std::int64_t layers : s.depths)
      for (std::int64_t seed = 1; seed <= s.seeds; ++seed)
        configs.push_back(figure_3_config(placement, layers, s.d_model, seed));
  return configs;
}

std::string model_name(const Config& c) {
  return fmt::format("{}, {} layers, d_model {}, seed {}, {} batches", enum_name(c.model.norm_placement),
                     c.model.decoder_layers, c.model.d_model, c.train.seed, kFigure3Batches);
}

Figure3Models mean_over_seeds(std::int64_t layers, const nlohmann::json* first, std::int64_t seeds) {
  Figure3Models mean{layers, std::vector<double>(static_cast<std::size_t>(layers), 0.0)};
  const auto count = static_cast<double>(seeds);
  for (const nlohmann::json* model = first; model != first + seeds; ++model) {
    const std::vector<double> expected = numbers_field(*model, "expected_gradients");
    for (std::size_t l = 0; l < expected.size(); ++l) mean.expected_gradients.at(l) += expected[l] / count;
    mean.last_gradient += number_field(*model, "last_gradient") / count;
    mean.last_state += number_field(*model, "last_state") / count;
  }
  return mean;
}

}  // namespace

Config figure_3_config(NormPlacement placement, std::int64_t layers, std::int64_t d_model, std::int64_t seed) {
  Config config;
  config.tokenizer.vocab_size = 1000;
  config.batch.max_tokens = 512;
  config.model.norm_placement = placement;
  config.model.encoder_layers = config.model.decoder_layers = layers;
  config.model.d_model = d_model;
  config.model.d_ff = 2 * d_model;
  config.model.num_heads = 4;
  config.train.seed = seed;
  config.train.label_smoothing = 0;
  return config;
}

Figure3Setting figure_3_setting(const ExperimentOptions& options) {
  if (options.quick) return {{6, 12, 24}, 64, options.seeds};
  return {{6, 8, 10, 12, 14}, 128, options.seeds};
}

std::array<Figure3ByDepth, kFigure3Placements.size()> measure_figure_3(const Figure3Setting& s, const Cells& cells) {
  const std::vector<Config> configs = all_configs(s);
  std::vector<std::string> names;
  for (const Config& config : configs) names.push_back(model_name(config));
  const auto found = cells.get_all("gradients", names, CellThreads::kAllForEach,
                                   [&](std::size_t i) { return measure_model(configs[i]); });
  std::array<Figure3ByDepth, kFigure3Placements.size()> models;
  const nlohmann::json* next = found.data();
  for (Figure3ByDepth& by_depth : models)
    for (const std::int64_t layers : s.depths) {
      by_depth.push_back(mean_over_seeds(layers, next, s.seeds));
      next += s.seeds;
    }
  return models;
}

}  // namespace prenorm::papers::xiong2020
