#include "prenorm/papers/icl_preconditioned_gd/layer_figures.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace prenorm::papers::icl_preconditioned_gd {
namespace {

constexpr double kEmpty = std::numeric_limits<double>::quiet_NaN();

Figure loss_over_steps(const DeepCase& c, const Trained& trained, const Trained& critical) {
  Figure f{fmt::format("{}, {} layers: loss over steps", c.source, c.layers), "step", "loss", false, true, {}, {}};
  f.curves.push_back({"trained", trained.step, trained.loss});
  f.curves.push_back({"nearest critical point", {0, trained.step.back()}, {critical.test, critical.test}, true});
  f.note = "Seed 1, on 20,000 prompts that training does not see.";
  return f;
}

Figure distance_over_steps(const DeepCase& c, const Trained& trained) {
  const Covariance covariance = covariance_of(c.inputs, 1);
  Figure f{fmt::format("{}, {} layers: distance from multiples of I", c.source, c.layers),
           "step",
           "Dist(M, I)",
           false,
           false,
           {},
           {}};
  const auto add = [&](Coordinates in, std::string_view before, std::string_view after) {
    const LayerMatrices first = matrices_of(trained.last(), c.form, covariance, in);
    for (std::size_t l = 0; l < first.a.size() + (in == Coordinates::kWhitened ? first.b.size() : 0); ++l) {
      const bool is_b = l >= first.a.size();
      const std::size_t layer = is_b ? l - first.a.size() : l;
      Curve curve{is_b ? fmt::format("B{}", layer) : fmt::format("{}A{}{}", before, layer, after), {}, {}};
      for (std::size_t k = 0; k < trained.step.size(); ++k) {
        const LayerMatrices m = matrices_of(trained.parameters[k], c.form, covariance, in);
        curve.x.push_back(trained.step[k]);
        curve.y.push_back(distance_from_identity(is_b ? m.b[layer] : m.a[layer]));
      }
      f.curves.push_back(std::move(curve));
    }
  };
  const bool rotated = c.inputs == Inputs::kRotated;
  add(Coordinates::kWhitened, rotated ? "Σ^½ " : "", rotated ? " Σ^½" : "");
  if (rotated) add(Coordinates::kOriginal, "", "");
  f.note = rotated ? "Seed 1. Σ⁻¹ itself has a distance of 0.784, random matrices about 0.98."
                   : "Seed 1. Random matrices have a distance of about 0.98.";
  return f;
}

// A learned matrix and, after a gap, what theory says it is.
HeatMap beside_theory(std::string title, const Square& learned, double scalar) {
  HeatMap map{std::move(title), "learned | theory", "row", "entry", {}, {}, {}, false, {}};
  for (std::int64_t j = 0; j < 2 * learned.size + 1; ++j)
    map.x.push_back(j == learned.size ? "" : fmt::format("{}", 1 + (j > learned.size ? j - learned.size - 1 : j)));
  for (std::int64_t i = 0; i < learned.size; ++i) {
    map.y.push_back(fmt::format("{}", i + 1));
    for (std::int64_t j = 0; j < learned.size; ++j) map.values.push_back(learned(i, j));
    map.values.push_back(kEmpty);
    for (std::int64_t j = 0; j < learned.size; ++j) map.values.push_back(i == j ? scalar : 0);
  }
  map.note = "Seed 1; whitened. Right: the nearest critical point, a multiple of I.";
  return map;
}

}  // namespace

void add_layer_figures(Results& results, const DeepCase& c, const Trained& trained, const Trained& critical) {
  results.figures.push_back(loss_over_steps(c, trained, critical));
  results.figures.push_back(distance_over_steps(c, trained));
  if (c.layers < 3) return;
  const LayerMatrices m = matrices_of(trained.last(), c.form, covariance_of(c.inputs, 1), Coordinates::kWhitened);
  std::size_t scalar = 0;
  for (std::size_t l = 0; l < m.a.size(); ++l) {
    const std::string name = c.inputs == Inputs::kRotated ? fmt::format("Σ^½ A{} Σ^½", l) : fmt::format("A{}", l);
    results.heat_maps.push_back(
        beside_theory(fmt::format("{}: {}", c.source, name), m.a[l], -critical.last()[scalar++]));
    if (l < m.b.size())
      results.heat_maps.push_back(
          beside_theory(fmt::format("{}: B{}", c.source, l), m.b[l], critical.last()[scalar++]));
  }
}

}  // namespace prenorm::papers::icl_preconditioned_gd
