// Lemmas 1 to 3 and Theorem 1 as an experiment: the checks of theory.h, with figures of the measurements behind them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "prenorm/papers/xiong2020/depth_checks.h"
#include "prenorm/papers/xiong2020/experiments.h"
#include "prenorm/papers/xiong2020/lemma_checks.h"
#include "prenorm/papers/xiong2020/profile_checks.h"
#include "prenorm/papers/xiong2020/theory.h"
#include "prenorm/probe/predictions.h"

namespace prenorm::papers::xiong2020 {
namespace {

TheoryOptions theory_options(const ExperimentOptions& options) {
  TheoryOptions o;
  o.seeds = options.seeds;
  if (options.quick) {
    o.widths = {128};
    o.depths = {4, 8, 16};
  }
  return o;
}

std::string depths_text(const TheoryOptions& o) {
  std::string text;
  for (const std::int64_t depth : o.depths) text += fmt::format("{}{}", text.empty() ? "" : ", ", depth);
  return text;
}

void add_checks(Results& results, const Cells& cells, const std::string& name,
                const std::function<std::vector<Check>()>& measure_checks) {
  const nlohmann::json found = cells.get(name, [&] {
    auto list = nlohmann::json::array();
    for (const Check& check : measure_checks()) list.push_back(nlohmann::json(to_json(check)));
    return list;
  });
  for (const nlohmann::json& check : found) results.checks.push_back(check_from_json(check));
}

Figure gradient_figure(const DepthSweep& sweep, std::int64_t d) {
  Curve post{"Post-LN", {}, {}}, pre{"Pre-LN", {}, {}};
  Curve post_theory{"Post-LN, theory", {}, {}, /*theory=*/true}, pre_theory{"Pre-LN, theory", {}, {}, /*theory=*/true};
  double log_sum = 0;
  for (const DepthPoint& point : sweep.post) log_sum += std::log(point.mean_gradient_norm());
  const double level = std::exp(log_sum / static_cast<double>(sweep.post.size()));
  for (std::size_t k = 0; k < sweep.post.size(); ++k) {
    const auto depth = static_cast<double>(sweep.post[k].layers);
    for (Curve* curve : {&post, &pre, &post_theory, &pre_theory}) curve->x.push_back(depth);
    post.y.push_back(sweep.post[k].mean_gradient_norm());
    pre.y.push_back(sweep.pre[k].mean_gradient_norm());
    post_theory.y.push_back(level);
    pre_theory.y.push_back(level * probe::last_layer_pre_over_post(1.5, sweep.pre[k].states.back()));
  }
  return {fmt::format("The last layer's gradient over depth, d_model {}", d),
          "layers",
          "‖∂L/∂W²‖ of the last layer",
          /*log_x=*/true,
          /*log_y=*/true,
          {post, post_theory, pre, pre_theory},
          "Means over seeds. Dashed: Theorem 1, a constant for Post-LN (the geometric mean of what was measured), and "
          "that constant times √(1.5 d/‖x_{L+1}‖²) for Pre-LN, with no free parameter."};
}

Figure state_figure(const DepthSweep& sweep, std::int64_t d) {
  Curve post{"Post-LN, x⁵", {}, sweep.post.back().states}, pre{"Pre-LN", {}, sweep.pre.back().states};
  Curve post_theory{"Post-LN, theory", {}, {}, /*theory=*/true};
  Curve low{"Pre-LN, at least", {}, {}, /*theory=*/true}, high{"Pre-LN, at most", {}, {}, /*theory=*/true};
  for (std::size_t i = 1; i <= pre.y.size(); ++i) {
    const auto l = static_cast<double>(i);
    for (Curve* curve : {&post, &pre, &post_theory, &low, &high}) curve->x.push_back(l);
    post_theory.y.push_back(1.5);
    low.y.push_back(1 + l / 2);
    high.y.push_back(1 + 3 * l / 2);
  }
  return {fmt::format("Hidden states by layer, {} layers, d_model {}", sweep.pre.back().layers, d),
          "layer",
          "mean ‖x‖²/d",
          /*log_x=*/false,
          /*log_y=*/false,
          {post, post_theory, pre, low, high},
          "Dashed: Lemma 2, which says 3/2 for x⁵ under Post-LN and from 1 + l/2 to 1 + 3l/2 under Pre-LN."};
}

}  // namespace

Results run_theory(const ExperimentOptions& options, const Cells& cells) {
  const TheoryOptions o = theory_options(options);
  Results results;
  for (const std::int64_t d : o.widths) {
    const std::string at = fmt::format("d_model {}, {} seeds, depths {}", d, o.seeds, depths_text(o));
    add_checks(results, cells, fmt::format("lemma 1, d_model {}", d), [d] { return check_lemma_1(d); });
    add_checks(results, cells, fmt::format("lemma 3, d_model {}", d), [d] { return check_lemma_3(d); });
    const DepthSweep sweep = measure_depths(o, d, cells);
    add_checks(results, cells, "lemma 2 and theorem 1, " + at, [&] { return check_over_depth(o, sweep, d); });
    add_checks(results, cells, "profiles, " + at, [&] { return check_profiles(o, d); });
    if (d == o.widths.back()) results.figures = {gradient_figure(sweep, d), state_figure(sweep, d)};
  }
  return results;
}

}  // namespace prenorm::papers::xiong2020
