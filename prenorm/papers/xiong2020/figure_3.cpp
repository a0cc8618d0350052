// Figure 3 of Xiong et al. 2020 at initialisation: the last layer's gradient over depth, and gradients over the layers.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/xiong2020/experiments.h"
#include "prenorm/papers/xiong2020/figure_3_models.h"
#include "prenorm/probe/predictions.h"

namespace prenorm::papers::xiong2020 {
namespace {

constexpr std::array<std::string_view, 2> kPlacementNames = {"Post-LN", "Pre-LN"};
constexpr double kNoBound = std::numeric_limits<double>::infinity();

std::vector<double> depths_of(const Figure3ByDepth& by_depth) {
  std::vector<double> depths;
  for (const Figure3Models& models : by_depth) depths.push_back(static_cast<double>(models.layers));
  return depths;
}

double gradient_exponent(const Figure3ByDepth& by_depth) {
  std::vector<double> norms;
  for (const Figure3Models& models : by_depth) norms.push_back(models.last_gradient);
  return fit_exponent(depths_of(by_depth), norms);
}

// The gradient is proportional to the Jacobian of the last LayerNorm, and so to 1/‖x‖ of its input (Theorem 1).
double predicted_exponent(const Figure3ByDepth& by_depth) {
  std::vector<double> scales;
  for (const Figure3Models& models : by_depth) scales.push_back(1 / std::sqrt(models.last_state));
  return fit_exponent(depths_of(by_depth), scales);
}

// Gradients divided by that of the last layer, from the first layer to the last.
std::vector<double> profile_over_last(const Figure3Models& models) {
  std::vector<double> profile = models.expected_gradients;
  for (double& value : profile) value /= models.expected_gradients.back();
  return profile;
}

void check_exponents(Results& results, const Figure3ByDepth& post, const Figure3ByDepth& pre, const Figure3Setting& s) {
  const std::string what = fmt::format("exponent in L of the last decoder layer's mean ‖∂L/∂W²‖, {} to {} layers",
                                       s.depths.front(), s.depths.back());
  const std::vector<std::pair<std::string, double>> at = {{"d_model", static_cast<double>(s.d_model)}};
  results.checks.push_back(
      {"post_ln_exponent", "Figure 3(c), (d)", at, gradient_exponent(post), 0, {-0.15, 0.15}, what});
  const double predicted = predicted_exponent(pre);
  results.checks.push_back({"pre_ln_exponent", "Figure 3(c), (d)", at, gradient_exponent(pre), predicted,
                            around(predicted, 0.15), what + "; predicted: that of 1/‖x_{L+1}‖"});
}

void check_ratios(Results& results, const Figure3ByDepth& post, const Figure3ByDepth& pre) {
  for (std::size_t k = 0; k < post.size(); ++k) {
    const double predicted = probe::last_layer_pre_over_post(post[k].last_state, pre[k].last_state);
    results.checks.push_back({"pre_over_post",
                              "Theorem 1",
                              {{"layers", static_cast<double>(post[k].layers)}},
                              pre[k].last_gradient / post[k].last_gradient,
                              predicted,
                              {0.75 * predicted, 1.25 * predicted},
                              "the last decoder layer's mean ‖∂L/∂W²‖ under Pre-LN over that under Post-LN; predicted: "
                              "‖x⁵‖ over ‖x_{L+1}‖"});
  }
}

void check_profiles_over_layers(Results& results, const Figure3Models& post, const Figure3Models& pre) {
  const std::vector<std::pair<std::string, double>> at = {{"layers", static_cast<double>(post.layers)}};
  std::vector<double> index;
  for (std::int64_t l = 1; l <= post.layers; ++l) index.push_back(static_cast<double>(l));
  results.checks.push_back({"post_ln_rises",
                            "Figure 3(a), (b)",
                            at,
                            rank_correlation(index, post.expected_gradients),
                            1,
                            {0.9, 1},
                            "rank correlation of the expected gradient ‖E[∂L/∂W²]‖ with the decoder layer"});
  results.checks.push_back({"post_ln_last_over_first",
                            "Figure 3(a), (b)",
                            at,
                            1 / profile_over_last(post).front(),
                            2,
                            {2, kNoBound},
                            "expected gradient of the last decoder layer over the first"});
  results.checks.push_back({"pre_ln_last_over_first",
                            "Figure 3(a), (b)",
                            at,
                            1 / profile_over_last(pre).front(),
                            1,
                            {0.4, 1.2},
                            "expected gradient of the last decoder layer over the first"});
}

Figure size_figure(const std::array<Figure3ByDepth, 2>& models) {
  Figure figure{"The last layer's gradient by size",
                "layers of encoder and decoder",
                "mean ‖∂L/∂W²‖ of the last decoder layer",
                /*log_x=*/true,
                /*log_y=*/true,
                {},
                "Dashed: from the first measured size on, with the exponent that the theory predicts."};
  for (std::size_t p = 0; p < models.size(); ++p) {
    Curve measured{std::string(kPlacementNames[p]), depths_of(models[p]), {}};
    for (const Figure3Models& m : models[p]) measured.y.push_back(m.last_gradient);
    Curve theory{measured.name + ", theory", measured.x, {}, /*theory=*/true};
    const double exponent = p == 0 ? 0 : predicted_exponent(models[p]);
    for (const double depth : measured.x)
      theory.y.push_back(measured.y.front() * std::pow(depth / measured.x.front(), exponent));
    figure.curves.push_back(std::move(measured));
    figure.curves.push_back(std::move(theory));
  }
  return figure;
}

Figure layer_figure(const std::array<Figure3ByDepth, 2>& models, std::size_t depth) {
  const std::int64_t layers = models[0][depth].layers;
  Figure figure{fmt::format("Gradients by layer, {} + {} layers", layers, layers),
                "decoder layer, from the input",
                "‖E[∂L/∂W²]‖ over that of the last layer",
                /*log_x=*/false,
                /*log_y=*/true,
                {},
                "The expected gradient: averaged over batches before the norm is taken, as in the paper."};
  for (std::size_t p = 0; p < models.size(); ++p) {
    Curve curve{std::string(kPlacementNames[p]), {}, profile_over_last(models[p][depth])};
    for (std::size_t l = 1; l <= curve.y.size(); ++l) curve.x.push_back(static_cast<double>(l));
    figure.curves.push_back(std::move(curve));
  }
  return figure;
}

}  // namespace

Results run_figure_3(const ExperimentOptions& options, const Cells& cells) {
  const Figure3Setting s = figure_3_setting(options);
  const auto models = measure_figure_3(s, cells);
  const auto& [post, pre] = models;
  Results results;
  check_exponents(results, post, pre, s);
  check_ratios(results, post, pre);
  check_profiles_over_layers(results, post.front(), pre.front());  // like the paper's, these are of the smallest size
  results.figures = {size_figure(models), layer_figure(models, 0), layer_figure(models, s.depths.size() - 1)};
  return results;
}

}  // namespace prenorm::papers::xiong2020
