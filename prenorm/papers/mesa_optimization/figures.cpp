#include "prenorm/papers/mesa_optimization/figures.h"

#include <fmt/format.h>

namespace prenorm::papers::mesa_optimization {
namespace {

std::vector<double> epochs_of(std::size_t points) {
  std::vector<double> epochs;
  for (std::size_t i = 0; i < points; ++i) epochs.push_back(static_cast<double>(i));
  return epochs;
}

std::string start_name(std::size_t i) { return fmt::format("from ({:g}, {:g})", kStarts.at(i).a, kStarts.at(i).b); }

Curve level(std::string name, double y, double last_x) {
  return {std::move(name), {0, last_x}, {y, y}, /*theory=*/true};
}

// a b over epochs; under the small start the sigmoid of gradient flow, under the large one the limit.
Figure product_figure(const LawRuns& runs, const std::string& law, const std::string& note) {
  Figure figure{fmt::format("a b over epochs, {}, T = {}", law, runs.law.length),
                "epoch",
                "mean a_jj b_jj",
                false,
                false,
                {},
                note};
  const SeedRuns& seed = runs.seeds[0];
  for (std::size_t i = 0; i < kStarts.size(); ++i) {
    Curve curve{start_name(i), epochs_of(seed.starts.at(i).diagonal.size()), {}};
    for (const Diagonal& point : seed.starts.at(i).diagonal) curve.y.push_back(point.product);
    figure.curves.push_back(curve);
    if (i != kSmallStart) continue;
    Curve flow{"gradient flow", curve.x, {}, /*theory=*/true};
    for (const double epoch : flow.x)
      flow.y.push_back(runs.theory.flow_product(kStarts[kSmallStart].a, epoch * runs.rate));
    figure.curves.push_back(flow);
  }
  figure.curves.push_back(level("limit for this T", runs.theory.optimum(), figure.curves[0].x.back()));
  return figure;
}

Figure ratio_figure(const LawRuns& runs) {
  Figure figure{"Predicted share of the next x on test sequences, Gaussian x_1, sigma = 1",
                "epoch",
                "mean of y_j / (W x)_j",
                false,
                false,
                {},
                "1 would be recovery. Dashed: the limit for T = 100; the paper's line 0.2 is for long sequences."};
  for (std::size_t i = 0; i < kStarts.size(); ++i) {
    const Descent& run = runs.seeds[0].starts.at(i);
    figure.curves.push_back({start_name(i), epochs_of(run.test_ratio.size()), run.test_ratio});
  }
  figure.curves.push_back(level("limit", runs.theory.optimum() * runs.theory.square, figure.curves[0].x.back()));
  return figure;
}

// Test loss over that of the prediction 0, from (0.1, 0.1).
Figure loss_figure(const Trainings& t) {
  Figure figure{"Test loss over epochs, from (0.1, 0.1)",
                "epoch",
                "test loss / loss of the prediction 0",
                false,
                true,
                {},
                "Dashed: the least loss of weights a I, b I. It is 0 for sparse x_1."};
  const auto add = [&](const std::string& name, const LawRuns& runs, bool has_level) {
    const SeedRuns& seed = runs.seeds[0];
    Curve curve{name, epochs_of(seed.starts[kSmallStart].test_loss.size()), {}};
    for (const double loss : seed.starts[kSmallStart].test_loss) curve.y.push_back(loss / seed.test->null_loss());
    figure.curves.push_back(curve);
    if (has_level)
      figure.curves.push_back(
          level(name + ", theory", runs.theory.least_loss() / runs.theory.null_loss(), curve.x.back()));
  };
  add("Gaussian", at_scale(t.gaussian, 1), true);
  add("sparse", at_scale(t.sparse, 1), false);
  add("ones, masked", t.ones_masked, true);
  add("ones, not masked", t.ones, false);
  return figure;
}

Figure length_figure(const Trainings& t) {
  Figure figure{"The learned a b for other lengths of sequences",
                "T",
                "a b over its limit for long sequences",
                true,
                false,
                {},
                "From (0.5, 1.5), 200 epochs, means over seeds; each training set beside its own moments. Dashed: "
                "Theorem 4.1 and Theorem 4.3."};
  const auto add = [&](const std::string& name, const std::vector<LawRuns>& laws) {
    Curve measured{name, {}, {}}, theory{name + ", theory", {}, {}, /*theory=*/true};
    for (const LawRuns& runs : laws) {
      double sum = 0;
      for (const SeedRuns& seed : runs.seeds)
        sum += seed.starts[kUnequalStart].product() * seed.training->starts.kappa_2 / seed.training->starts.kappa_1;
      const StartMoments m = population_moments(runs.law);
      measured.x.push_back(static_cast<double>(runs.law.length));
      measured.y.push_back(sum / static_cast<double>(runs.seeds.size()));
      theory.y.push_back(runs.theory.optimum() * m.kappa_2 / m.kappa_1);
    }
    theory.x = measured.x;
    figure.curves.push_back(measured);
    figure.curves.push_back(theory);
  };
  add("Gaussian", t.gaussian_lengths);
  add("ones, masked", t.ones_lengths);
  add("sparse", t.sparse_lengths);
  return figure;
}

HeatMap block_map(const std::string& block, const std::string& training, const std::vector<double>& values,
                  std::int64_t dimension) {
  std::vector<std::string> indices;
  for (std::int64_t j = 1; j <= dimension; ++j) indices.push_back(std::to_string(j));
  return {fmt::format("{}, {}", block, training), "column", "row", "weight", indices, indices, values, false,
          "After 200 epochs from (0.5, 1.5)."};
}

void add_blocks(const LawRuns& runs, const std::string& training, Results& results) {
  const Weights& w = runs.seeds[0].starts[kUnequalStart].last;
  results.heat_maps.push_back(block_map("W_KQ_32", training, w.key_query, w.dimension));
  results.heat_maps.push_back(block_map("W_PV_12", training, w.projection_value, w.dimension));
}

}  // namespace

void add_figures(const Trainings& t, Results& results) {
  const std::string note = "Dashed: gradient flow from (0.1, 0.1) and the limit, with the moments of the law.";
  results.figures.push_back(product_figure(at_scale(t.gaussian, 1), "Gaussian x_1, sigma = 1", note));
  results.figures.push_back(product_figure(at_scale(t.sparse, 1), "sparse x_1, c = 1", note));
  results.figures.push_back(product_figure(t.ones_masked, "x_1 = ones, masked", note));
  results.figures.push_back(ratio_figure(at_scale(t.gaussian, 1)));
  results.figures.push_back(loss_figure(t));
  results.figures.push_back(length_figure(t));
  results.notes = {
      "An epoch is one step on the gradient of all sequences. It is computed from moments of the data set that are "
      "summed "
      "once, which is exact.",
      "For lengths other than T = 100 the learning rate is scaled by 98/(T - 2), since the loss is a sum over T - 2 "
      "terms.",
      "From normal weights, only the two blocks that act are drawn and trained, for 2000 epochs at the same rates."};
  add_blocks(t.ones_masked, "x_1 = ones, masked", results);
  add_blocks(t.ones, "x_1 = ones, not masked", results);
  add_blocks(t.signs, "random signs, not masked", results);
}

}  // namespace prenorm::papers::mesa_optimization
