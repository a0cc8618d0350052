#include "prenorm/papers/xiong2020/depth_checks.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "prenorm/base/statistics.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/probe/simplified_setting.h"

namespace prenorm::papers {
namespace {

using Seeds = std::vector<probe::SimplifiedMeasurement>;

// Models of one placement and depth, a thread a seed.
Seeds measure_seeds(const TheoryOptions& o, probe::SimplifiedSetting setting) {
  Seeds seeds(static_cast<std::size_t>(o.seeds));
  setting.sequences = o.sequences;
  at::parallel_for(0, o.seeds, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      probe::SimplifiedSetting mine = setting;
      mine.seed = o.first_seed + static_cast<std::uint64_t>(i);
      seeds[static_cast<std::size_t>(i)] = measure(mine);
    }
  });
  return seeds;
}

struct Sweep {
  std::vector<Seeds> post, pre;  // by depth
};

Sweep sweep(const TheoryOptions& o, std::int64_t d) {
  Sweep result;
  Progress progress(fmt::format("d_model {}", d), std::ssize(o.depths));
  for (const std::int64_t layers : o.depths) {
    const auto of = [&](NormPlacement placement) {
      return measure_seeds(o, {.placement = placement, .layers = layers, .d_model = d, .length = o.length});
    };
    result.post.push_back(of(o.post));
    result.pre.push_back(of(o.pre));
    progress.update(std::ssize(result.post), fmt::format("{} layers", layers));
  }
  return result;
}

template <class Figure>
double mean_over(const Seeds& seeds, const Figure& figure) {
  double sum = 0;
  for (const probe::SimplifiedMeasurement& m : seeds) sum += figure(m);
  return sum / static_cast<double>(seeds.size());
}

double mean_state(const Seeds& seeds, const std::string& point) {
  return mean_over(seeds, [&](const auto& m) { return m.state(point).squared_norm_over_d; });
}

double last_gradient(const probe::SimplifiedMeasurement& m, std::int64_t layers) {
  return m.gradient(probe::w2_of("encoder", layers - 1)).mean_of_norms;
}

// What the last LayerNorm reads: x⁵ of the last layer, or x_{L+1}.
std::string last_read(NormPlacement placement, std::int64_t layers) {
  return probe::state_of(probe::model_config({.placement = placement, .layers = layers}), "encoder", layers - 1);
}

// Of each seed's own line; their mean.
double depth_exponent(const TheoryOptions& o, const std::vector<Seeds>& by_depth) {
  const std::vector<double> depths(o.depths.begin(), o.depths.end());
  std::vector<double> slopes;
  for (std::size_t seed = 0; seed < by_depth.front().size(); ++seed) {
    std::vector<double> norms;
    for (std::size_t k = 0; k < o.depths.size(); ++k) norms.push_back(last_gradient(by_depth[k][seed], o.depths[k]));
    slopes.push_back(fit_exponent(depths, norms));
  }
  return estimate(slopes).mean;
}

// ‖x⁵‖²/d of one state of one model has a standard deviation of 1.3/√d, and deep down all positions of a sequence are
// the same: for a mean that stays within 0.05 in every layer it takes more models than for the slopes. At d = 128,
// seven other sets of 256 models gave 1.474 to 1.518; 64 models gave 1.456 to 1.572.
void check_post_states(std::vector<Check>& checks, const TheoryOptions& o, std::int64_t d) {
  constexpr std::int64_t kLayers = 14, kModels = 256;
  TheoryOptions many = o;
  many.seeds = kModels;
  many.sequences = 1;
  const Seeds seeds = measure_seeds(many, {.placement = o.post, .layers = kLayers, .d_model = d, .length = o.length});
  double farthest = 1.5;
  for (std::int64_t l = 0; l < kLayers; ++l) {
    const double state = mean_state(seeds, fmt::format("encoder.layers.{}.feed_forward.norm_input", l));
    if (!(std::abs(state - 1.5) <= std::abs(farthest - 1.5))) farthest = state;
  }
  checks.push_back({"lemma_2_post_ln",
                    "Lemma 2",
                    d,
                    farthest,
                    1.5,
                    {1.45, 1.55},
                    fmt::format("E‖x⁵‖²/d, of {} layers the farthest from 3/2", kLayers)});
}

void check_pre_states(std::vector<Check>& checks, const Seeds& seeds, std::int64_t layers, std::int64_t d) {
  std::vector<double> index, states;
  double outside = 0;
  for (std::int64_t l = 1; l <= layers; ++l) {
    const double x = mean_state(seeds, fmt::format("encoder.layers.{}.feed_forward.output", l - 1));
    index.push_back(static_cast<double>(l));
    states.push_back(x);
    // Two standard errors of ten seeds are some 2 %.
    const double low = 1 + 0.5 * static_cast<double>(l), high = 1 + 1.5 * static_cast<double>(l);
    if (!(x >= 0.98 * low && x <= 1.02 * high)) ++outside;
  }
  const Line line = fit_line(index, states);
  checks.push_back({"lemma_2_pre_ln_bounds",
                    "Lemma 2",
                    d,
                    outside,
                    0,
                    {0, 0},
                    fmt::format("of {} layers those with E‖x‖²/d outside 1 + l/2 ... 1 + 3l/2", layers)});
  checks.push_back({"lemma_2_pre_ln_linear", "Lemma 2", d, line.r_squared, 1, {0.98, 1}, "R² of E‖x‖²/d over l"});
  checks.push_back({"lemma_2_pre_ln_increment", "Lemma 2", d, line.slope, 1, {0.5, 1.5}, "growth of E‖x‖²/d a layer"});
}

void check_slopes(std::vector<Check>& checks, const TheoryOptions& o, const Sweep& s, std::int64_t d) {
  const std::string range = fmt::format("over {} to {} layers", o.depths.front(), o.depths.back());
  checks.push_back({"theorem_1_post_ln_slope",
                    "Theorem 1",
                    d,
                    depth_exponent(o, s.post),
                    0,
                    {-0.1, 0.1},
                    "exponent in L of the last layer's ‖∂L/∂W²‖ " + range});
  checks.push_back({"theorem_1_pre_ln_slope",
                    "Theorem 1",
                    d,
                    depth_exponent(o, s.pre),
                    -0.5,
                    {-0.6, -0.4},
                    "exponent in L of the last layer's ‖∂L/∂W²‖ " + range});
}

void check_ratio_and_order(std::vector<Check>& checks, const TheoryOptions& o, const Sweep& s, std::int64_t d) {
  double farthest = 1, wrong_order = 0;
  for (std::size_t k = 0; k < o.depths.size(); ++k) {
    const std::int64_t layers = o.depths[k];
    const auto norm = [&](const probe::SimplifiedMeasurement& m) { return last_gradient(m, layers); };
    const double pre = mean_over(s.pre[k], norm), post = mean_over(s.post[k], norm);
    const double predicted = probe::last_layer_pre_over_post(1.5, mean_state(s.pre[k], last_read(o.pre, layers)));
    if (std::abs(pre / post / predicted - 1) > std::abs(farthest - 1)) farthest = pre / post / predicted;
    if (!(pre < post)) ++wrong_order;
  }
  checks.push_back({"theorem_1_ratio",
                    "Theorem 1, proof",
                    d,
                    farthest,
                    1,
                    {0.85, 1.15},
                    "Pre-LN over Post-LN at the last layer, over √(1.5 d/‖x_{L+1}‖²); of all depths the farthest"});
  checks.push_back(
      {"order", "Figure 3(c), (d)", d, wrong_order, 0, {0, 0}, "depths at which Pre-LN is not below Post-LN"});
}

// Of one position the gradient is the product of ‖ReLU(h W¹)‖, √(d/2), and ‖J_LN g‖, √d/‖x‖ ‖g_⊥‖.
Check check_identity(const TheoryOptions& o, NormPlacement placement, std::int64_t d) {
  constexpr std::int64_t kLayers = 6, kSequences = 16;
  TheoryOptions single = o;
  single.sequences = kSequences;
  const Seeds seeds = measure_seeds(single, {.placement = placement, .layers = kLayers, .d_model = d, .length = 1});
  const std::string read = last_read(placement, kLayers);
  const double ratio = mean_over(seeds, [&](const probe::SimplifiedMeasurement& m) {
    const double scale = m.state(read).jacobian_scale, width = static_cast<double>(d);
    double sum = 0;
    for (const probe::LastLayer& one : m.last_layers)
      sum += one.gradient_norm / (std::sqrt(width / 2) * scale * one.g_perpendicular_norm);
    return sum / static_cast<double>(m.last_layers.size());
  });
  return {fmt::format("theorem_1_{}_identity", enum_name(placement)), "Theorem 1, proof", d, ratio, 1, {0.9, 1.1},
          "one position's ‖∂ℓ/∂W²‖ over √(d/2) ‖J_LN‖ ‖g_⊥‖"};
}

}  // namespace

std::vector<Check> check_over_depth(const TheoryOptions& o, std::int64_t d) {
  const Sweep s = sweep(o, d);
  std::vector<Check> checks;
  check_post_states(checks, o, d);
  check_pre_states(checks, s.pre.back(), o.depths.back(), d);
  check_slopes(checks, o, s, d);
  checks.push_back(check_identity(o, o.post, d));
  checks.push_back(check_identity(o, o.pre, d));
  check_ratio_and_order(checks, o, s, d);
  return checks;
}

}  // namespace prenorm::papers
