#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include <limits>
#include <string>

#include "prenorm/papers/no_shortcuts/activation_map.h"
#include "prenorm/papers/no_shortcuts/figures.h"
#include "prenorm/papers/no_shortcuts/recursion.h"

namespace prenorm::papers::no_shortcuts {
namespace {

std::vector<double> depths_of(const std::vector<double>& values) {
  std::vector<double> depths;
  for (std::size_t l = 0; l < values.size(); ++l) depths.push_back(static_cast<double>(l));
  return depths;
}

Curve curve_over_depth(const std::string& name, const std::vector<double>& values, bool theory = false) {
  return {name, depths_of(values), values, theory};
}

Figure attention_figure(const std::vector<Network>& networks) {
  Figure figure{
      "Mean cosine of tokens over depth, attention alone",
      "layer",
      "mean cosine",
      false,
      false,
      {},
      "128 Gaussian inputs, d_model 256, orthogonal W_V and W_O, W_Q = 0. Dashed: the exact kernels; of plain "
      "attention also the recursion for attention whose tokens are all alike."};
  for (const Network& n : networks) {
    const std::string name(name_of(n.setting.method));
    figure.curves.push_back(curve_over_depth(name, n.seeds[0].profile.mean_cosine));
    const Profile exact = profile_of(attention_kernels(n.setting.method, n.setting.tokens, n.setting.layers));
    figure.curves.push_back(curve_over_depth(name + ", exact", exact.mean_cosine, /*theory=*/true));
    if (n.setting.method == Method::kPlain)
      figure.curves.push_back(curve_over_depth(name + ", recursion", recursion_cosines(n.setting), /*theory=*/true));
  }
  return figure;
}

Figure all_tokens_figure(const std::vector<Network>& networks) {
  Figure figure{"Mean cosine of tokens over depth, attention to all tokens",
                "layer",
                "mean cosine",
                false,
                false,
                {},
                "128 Gaussian inputs, d_model 256, Gaussian W_Q and W_K, tokens of equal norm. Dashed: the recursion."};
  for (const Network& n : networks) {
    const std::string name = fmt::format("score variance {}", n.setting.score_gain);
    figure.curves.push_back(curve_over_depth(name, n.seeds[0].profile.mean_cosine));
    figure.curves.push_back(curve_over_depth(name + ", recursion", recursion_cosines(n.setting), /*theory=*/true));
  }
  return figure;
}

Figure feed_forward_figure(const std::vector<Network>& networks) {
  Figure figure{"Mean cosine of tokens over depth, feed-forward networks alone",
                "layer",
                "mean cosine",
                false,
                false,
                {},
                "Orthogonal inputs, d_model 512, hidden width 2048. Dashed: the map of correlations."};
  for (const Network& n : networks) {
    const std::string name = fmt::format("{}, {} layers", n.setting.tat ? "TAT" : "ReLU", n.setting.layers);
    figure.curves.push_back(curve_over_depth(name, n.seeds[0].profile.mean_cosine));
    std::vector<double> map = {0};
    for (std::int64_t layer = 1; layer <= n.setting.layers; ++layer)
      map.push_back(correlation_map(n.setting.slope(), map.back()));
    figure.curves.push_back(curve_over_depth(name + ", map", map, /*theory=*/true));
  }
  return figure;
}

void add_block_figures(const std::vector<Network>& networks, Results& results) {
  const std::int64_t deepest = networks.at(1).setting.layers == 36 ? 36 : 12;
  Figure angles{fmt::format("1 - mean cosine over depth, whole blocks, {} layers", deepest),
                "layer",
                "1 - mean cosine",
                false,
                true,
                {},
                "64 Gaussian inputs, d_model 256; ReLU with plain attention, TAT with the others."};
  Figure norms{fmt::format("Squared norm of tokens over depth, whole blocks, {} layers", deepest),
               "layer",
               "mean of |x|^2 / d",
               false,
               false,
               {},
               ""};
  for (const Network& n : networks) {
    if (n.setting.layers != deepest) continue;
    const std::string name(name_of(n.setting.method));
    std::vector<double> angle;
    // Below 1e-12 there is only rounding.
    for (const double c : n.seeds[0].profile.mean_cosine)
      angle.push_back(1 - c > 1e-12 ? 1 - c : std::numeric_limits<double>::quiet_NaN());
    angles.curves.push_back(curve_over_depth(name, angle));
    norms.curves.push_back(curve_over_depth(name, n.seeds[0].profile.mean_diagonal));
  }
  results.figures.push_back(angles);
  results.figures.push_back(norms);
}

}  // namespace

void add_initialization_figures(const Initializations& measured, Results& results) {
  results.figures.push_back(attention_figure(measured.gaussian_inputs));
  results.figures.push_back(all_tokens_figure(measured.all_tokens));
  results.figures.push_back(feed_forward_figure(measured.feed_forward));
  add_block_figures(measured.blocks, results);
}

void add_attention_map(Results& results) {
  constexpr std::int64_t kTokens = 16, kLayers = 12, kLayer = 6;
  HeatMap map{"Attention of E-SPA at initialisation, layer 6 of 12",
              "key",
              "query",
              "weight",
              {},
              {},
              {},
              false,
              "Rows add up to more than 1: the location-dependent scale is included."};
  const at::Tensor a = attention_of(Method::kExponential, kTokens, kLayer, kLayers);
  for (std::int64_t i = 0; i < kTokens; ++i) {
    map.x.push_back(std::to_string(i + 1));
    map.y.push_back(std::to_string(i + 1));
    for (std::int64_t j = 0; j < kTokens; ++j)
      map.values.push_back(j <= i ? a[i][j].item<double>() : std::numeric_limits<double>::quiet_NaN());
  }
  results.heat_maps.push_back(map);
}

}  // namespace prenorm::papers::no_shortcuts
