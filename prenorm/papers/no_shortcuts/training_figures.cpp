#include <fmt/format.h>

#include <string>

#include "prenorm/papers/no_shortcuts/figures.h"

namespace prenorm::papers::no_shortcuts {

void add_gradient_figure(const std::vector<GradientProfiles>& profiles, Results& results) {
  Figure figure{"Gradient of W_Q over depth at initialisation",
                "layer",
                "norm",
                false,
                true,
                {},
                "12 whole blocks, d_model 64, random tokens and labels; seed 1."};
  for (const GradientProfiles& p : profiles) {
    Curve curve{std::string(name_of(p.arm)), {}, p.seeds[0].query};
    for (std::size_t layer = 1; layer <= curve.y.size(); ++layer) curve.x.push_back(static_cast<double>(layer));
    figure.curves.push_back(curve);
  }
  results.figures.push_back(figure);
}

void add_training_figures(const Trainings& trainings, Results& results) {
  const auto figure_of = [&](const std::string& title, const std::vector<TrainingRuns>& all) {
    Figure figure{title,
                  "update",
                  "loss, nats per character",
                  false,
                  false,
                  {},
                  "Mean of 20 updates, seed 1. Dashed: a model that knows the frequencies of characters alone."};
    for (const TrainingRuns& r : all)
      figure.curves.push_back(
          {fmt::format("{}, {} layers", name_of(r.setting.arm), r.setting.layers), r.seeds[0].update, r.seeds[0].loss});
    const std::vector<double>& updates = all.back().seeds[0].update;
    figure.curves.push_back(
        {"frequencies", updates, std::vector<double>(updates.size(), trainings.unigram_nats), /*theory=*/true});
    results.figures.push_back(figure);
  };
  figure_of("Training loss of character models", trainings.arms);
  if (!trainings.depths.empty()) figure_of("Training loss over depth", trainings.depths);
}

}  // namespace prenorm::papers::no_shortcuts
