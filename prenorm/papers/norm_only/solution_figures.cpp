#include <fmt/format.h>

#include <cmath>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/norm_only/figures.h"

namespace prenorm::papers::norm_only {
namespace {

std::string title_of(Skips skips) { return skips == Skips::kInput ? "input" : "residual"; }

// The median of `member` over k.
Curve over_pairs(const std::vector<SkipCase>& cases, Skips skips, std::int64_t d, const std::string& name,
                 double Draw::*member) {
  Curve curve{name, {}, {}};
  for (const SkipCase& c : cases) {
    if (c.skips != skips || c.width != d) continue;
    curve.x.push_back(static_cast<double>(c.pairs));
    curve.y.push_back(median(column(c.draws, member)));
  }
  return curve;
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
  for (const Skips skips : {Skips::kInput, Skips::kPrevious}) {
    condition.curves.push_back(over_pairs(cases, skips, d, title_of(skips), &Draw::condition));
    error.curves.push_back(over_pairs(cases, skips, d, title_of(skips) + ", double", &Draw::output_error));
    error.curves.push_back(over_pairs(cases, skips, d, title_of(skips) + ", single", &Draw::float_error));
  }
  results.figures.push_back(condition);
  results.figures.push_back(error);
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
