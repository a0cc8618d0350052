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
  for (std::size_t i = 0; i < trainings.runs.size();) {
    const std::int64_t layers = trainings.runs[i].setting.layers;
    Figure figure{fmt::format("Training loss of character models, {} layers", layers),
                  "update",
                  "loss, nats per character",
                  false,
                  false,
                  {},
                  fmt::format("Mean of {} updates, seed 1. Dashed: a model that knows the frequencies of characters "
                              "alone.",
                              kRecordEvery)};
    for (; i < trainings.runs.size() && trainings.runs[i].setting.layers == layers; ++i) {
      const TrainingRuns& r = trainings.runs[i];
      figure.curves.push_back({std::string(name_of(r.setting.arm)), r.seeds[0].update, r.seeds[0].loss});
    }
    const std::vector<double> updates = figure.curves.front().x;
    figure.curves.push_back(
        {"frequencies", updates, std::vector<double>(updates.size(), trainings.unigram_nats), /*theory=*/true});
    results.figures.push_back(figure);
  }
}

}  // namespace prenorm::papers::no_shortcuts
