#include "prenorm/papers/encoder_convergence/studies.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "prenorm/papers/json.h"

namespace prenorm::papers::encoder_convergence {
namespace {

nlohmann::json to_json(const SameStep& same) {
  nlohmann::json losses = nlohmann::json::array();
  for (const auto& loss : same.loss) losses.push_back(nlohmann::json(numbers_to_json(loss)));
  return {{"step", same.step},
          {"loss", losses},
          {"mean_eigenvalue", numbers_to_json(same.mean_eigenvalue)},
          {"least_eigenvalue", numbers_to_json(same.least_eigenvalue)}};
}

SameStep same_step_from_json(const nlohmann::json& json) {
  SameStep same{
      number_field(json, "step"), {}, numbers_field(json, "mean_eigenvalue"), numbers_field(json, "least_eigenvalue")};
  for (const auto& loss : field<std::vector<nlohmann::json>>(json, "loss"))
    same.loss.push_back(numbers_field({{"loss", loss}}, "loss"));
  return same;
}

std::vector<Comparison> compare(const std::string& label, const std::vector<std::int64_t>& widths,
                                const std::function<std::vector<Model>(std::int64_t width)>& models_of,
                                std::int64_t seeds, const Cells& cells) {
  constexpr std::int64_t kEpochs = 400;
  std::vector<std::string> names;
  for (const std::int64_t width : widths)
    for (std::int64_t seed = 1; seed <= seeds; ++seed)
      names.push_back(fmt::format("{} with one step, d_m {}, {} epochs, seed {}", label, width, kEpochs, seed));
  const auto per_width = static_cast<std::size_t>(seeds);
  const auto values = cells.get_all(label, names, CellThreads::kOneEach, [&](std::size_t i) {
    return to_json(train_with_same_step(models_of(widths[i / per_width]), kEpochs, 1 + i % per_width));
  });
  std::vector<Comparison> comparisons;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i % per_width == 0) comparisons.push_back({widths[i / per_width], {}});
    comparisons.back().seeds.push_back(same_step_from_json(values[i]));
  }
  return comparisons;
}

}  // namespace

Setting setting_of(const ExperimentOptions& options) {
  Setting s;
  s.seeds = options.seeds;
  if (options.quick) s.comparison_seeds = 2;
  s.comparison_seeds = std::max(s.comparison_seeds, options.seeds);
  if (!options.quick) return s;
  s.comparison_widths = {64, 256};
  s.initializations = {kLeCun};
  s.step_widths = {64, 256};
  s.sample_counts = {10, 20, 40};
  s.selection_widths = {64};
  s.digit_samples = 100;
  s.digit_widths = {16, 128};
  s.documents = 300;
  return s;
}

std::vector<Runs> train_gaussian(const Setting& s, const Cells& cells) {
  std::vector<Runs> runs;
  for (const Initialization initialization : s.initializations)
    for (const AttentionScale scale : {kInverseRoot, kInverse}) {
      if (initialization == kLeCun) runs.push_back({{initialization, scale, 16}, {}});
      for (const std::int64_t width : s.widths) runs.push_back({{initialization, scale, width}, {}});
    }
  std::vector<Training> trainings;
  std::vector<std::string> names;
  for (const Runs& r : runs)
    for (std::int64_t seed = 1; seed <= s.seeds; ++seed) {
      trainings.push_back({r.model, kGaussianSize, 400, static_cast<std::uint64_t>(seed)});
      names.push_back(trainings.back().name());
    }
  const auto values = cells.get_all("trainings on Gaussian samples", names, CellThreads::kOneEach,
                                    [&](std::size_t i) { return to_json(train(trainings[i])); });
  for (std::size_t i = 0; i < values.size(); ++i)
    runs[i / static_cast<std::size_t>(s.seeds)].seeds.push_back(trained_from_json(values[i]));
  return runs;
}

const Runs& find_runs(const std::vector<Runs>& all, Initialization initialization, AttentionScale scale,
                      std::int64_t width) {
  return *std::find_if(all.begin(), all.end(), [&](const Runs& r) {
    return r.model.initialization == initialization && r.model.scale == scale && r.model.width == width;
  });
}

std::vector<Comparison> compare_scales(const Setting& s, const Cells& cells) {
  const auto models = [](std::int64_t width) {
    return std::vector<Model>{{kLeCun, kInverseRoot, width}, {kLeCun, kInverse, width}};
  };
  return compare("scales of attention", s.comparison_widths, models, s.comparison_seeds, cells);
}

std::vector<Comparison> compare_initializations(AttentionScale scale, const Setting& s, const Cells& cells) {
  const auto models = [scale](std::int64_t width) {
    return std::vector<Model>{{kLeCun, scale, width}, {kHe, scale, width}, {kNtk, scale, width}};
  };
  return compare(fmt::format("initialisations at tau_0 = {}", name_of(scale)), s.comparison_widths, models,
                 s.comparison_seeds, cells);
}

}  // namespace prenorm::papers::encoder_convergence
