#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/extremes.h"
#include "prenorm/papers/norm_only/figures.h"

namespace prenorm::papers::norm_only {
namespace {

std::string title_of(Skips skips) { return skips == Skips::kInput ? "input" : "residual"; }

// What `summary` makes of the draws of the widest d, over k.
template <class Summary>
Curve over_pairs(const std::vector<SkipCase>& cases, Skips skips, const std::string& name, const Summary& summary) {
  Curve curve{name, {}, {}};
  for (const SkipCase& c : cases) {
    if (c.skips != skips || c.width != cases.front().width) continue;
    curve.x.push_back(static_cast<double>(c.pairs));
    curve.y.push_back(summary(c.draws));
  }
  return curve;
}

Curve medians_over_pairs(const std::vector<SkipCase>& cases, Skips skips, const std::string& name,
                         double Draw::*member) {
  return over_pairs(cases, skips, name, [member](const Draws& draws) { return median(column(draws, member)); });
}

// Greatest errors of maps, and the rounding unit times the greatest condition of their systems.
void add_rounding_curves(const std::vector<SkipCase>& cases, Skips skips, Figure& figure) {
  figure.curves.push_back(over_pairs(cases, skips, title_of(skips),
                                     [](const Draws& draws) { return greatest(column(draws, &Draw::residual)); }));
  figure.curves.push_back(over_pairs(cases, skips, title_of(skips) + ", eps cond(K)", [](const Draws& draws) {
    return std::numeric_limits<double>::epsilon() * greatest(column(draws, &Draw::condition));
  }));
  figure.curves.back().theory = true;
}

}  // namespace

void add_threshold_figures(const ThresholdStudy& study, Results& results) {
  Curve residual{"least squares", study.ratios, {}}, theory{"sqrt(1 - m/d^2)", study.ratios, {}, true};
  Curve condition{"cond(K)", study.ratios, {}}, scale{"greatest |gamma|", study.ratios, {}};
  for (std::size_t i = 0; i < study.ratios.size(); ++i) {
    residual.y.push_back(mean_of(column(study.draws[i], &Draw::residual)));
    theory.y.push_back(expected_residual(study.ratios[i]));
    condition.y.push_back(median(column(study.draws[i], &Draw::condition)));
    scale.y.push_back(median(column(study.draws[i], &Draw::largest_scale)));
  }
  const std::string units = "hidden units m / d^2";
  results.figures.push_back({fmt::format("What tuned scales cannot write, d = {}", kMainWidth),
                             units,
                             "|W2 diag(gamma) W1 - W*| / |W*|",
                             false,
                             false,
                             {residual, theory},
                             "Means over draws. From m = d^2 on, the residual is that of rounding."});
  results.figures.push_back({fmt::format("Conditioning peaks at the threshold, d = {}", kMainWidth),
                             units,
                             "median over draws",
                             false,
                             true,
                             {condition, scale},
                             "Both are greatest where there are as many units as equations."});
}

void add_outside_figure(const OutsideStudy& study, Results& results) {
  const OutsideStudy::Seed& seed = study.seeds.at(0);
  Curve theory{"probability, closed form", study.norms, {}, true};
  for (const double norm : study.norms) theory.y.push_back(expected_off_share(kMainWidth, norm));
  results.figures.push_back({fmt::format("Outside the unit ball the construction fails, d = {}", kMainWidth),
                             "norm of the input",
                             "share of inputs; relative error",
                             false,
                             false,
                             {{"share of inputs that switch a ReLU off", study.norms, seed.off_share},
                              theory,
                              {"mean error of these inputs", study.norms, seed.error_off}},
                             "Seed 1. Inputs that switch none off have errors below 1e-12."});
}

void add_skip_figures(const std::vector<SkipCase>& cases, Results& results) {
  const std::int64_t d = cases.front().width;  // the widest
  Figure condition{fmt::format("Condition of the systems by pairs per target layer, d = {}, l = 2", d),
                   "pairs of layers k per target layer",
                   "greatest cond(K), median over draws",
                   true,
                   true,
                   {},
                   "Width d^2/k, depth 2kl. Skips from the layer's input, or residual connections."};
  Figure error{fmt::format("Error of the network by pairs per target layer, d = {}, l = 2", d),
               "pairs of layers k per target layer",
               "greatest relative error, median over draws",
               true,
               true,
               {},
               "On 1000 points of the unit ball. Skips from the layer's input, or residual connections."};
  Figure rounding{fmt::format("Error of the maps beside their condition, d = {}, l = 2", d),
                  "pairs of layers k per target layer",
                  "greatest relative error of all draws",
                  true,
                  true,
                  {},
                  "Dashed: eps times the greatest cond(K), eps = 2^-52."};
  for (const Skips skips : {Skips::kInput, Skips::kPrevious}) {
    const std::string name = title_of(skips);
    condition.curves.push_back(medians_over_pairs(cases, skips, name, &Draw::condition));
    error.curves.push_back(medians_over_pairs(cases, skips, name + ", double", &Draw::output_error));
    error.curves.push_back(medians_over_pairs(cases, skips, name + ", single", &Draw::float_error));
    add_rounding_curves(cases, skips, rounding);
  }
  results.figures.push_back(condition);
  results.figures.push_back(error);
  results.figures.push_back(rounding);
}

void add_budget_figure(const std::vector<SkipCase>& cases, Results& results) {
  Figure figure{fmt::format("The budget is sharp at every width and depth, d = {}", kMainWidth),
                "budget d' l' / (2 d^2 l)",
                "relative residual",
                false,
                false,
                {},
                "Means over draws. Skips from the layer's input, or residual connections."};
  Curve theory{"sqrt(1 - budget)", {}, {}, true};
  for (const SkipCase& c : cases) {
    const std::string name = fmt::format("{}, k = {}", title_of(c.skips), c.pairs);
    if (figure.curves.empty() || figure.curves.back().name != name) figure.curves.push_back({name, {}, {}});
    figure.curves.back().x.push_back(c.budget);
    figure.curves.back().y.push_back(mean_of(column(c.draws, &Draw::residual)));
  }
  theory.x = figure.curves.front().x;
  for (const double budget : theory.x) theory.y.push_back(expected_residual(budget));
  figure.curves.insert(figure.curves.begin() + 1, theory);
  results.figures.push_back(figure);
}

}  // namespace prenorm::papers::norm_only
