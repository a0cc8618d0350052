#include "prenorm/papers/xiong2020/profile_checks.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/xiong2020/figure_3_models.h"
#include "prenorm/probe/measurement.h"
#include "prenorm/probe/predictions.h"
#include "prenorm/tasks/synthetic_task.h"

namespace prenorm::papers::xiong2020 {
namespace {

constexpr std::int64_t kLayers = 6, kBatches = 2;

// The mean over seeds of the decoder's W² gradients, first layer to last.
std::vector<double> profile_of(const TheoryOptions& o, NormPlacement placement, std::int64_t d) {
  std::vector<double> profile(kLayers, 0.0);
  for (std::int64_t i = 0; i < o.seeds; ++i) {
    const Config config = figure_3_config(placement, kLayers, d, static_cast<std::int64_t>(o.first_seed) + i);
    tasks::SyntheticTask task(config, {});
    const probe::Measurement m = probe::measure(task, config.runtime, kBatches);
    for (std::int64_t l = 0; l < kLayers; ++l)
      profile[static_cast<std::size_t>(l)] += m.gradient(probe::w2_of(Stack::kDecoder, l)).norm_of_mean;
  }
  return profile;
}

}  // namespace

std::vector<Check> check_profiles(const TheoryOptions& o, std::int64_t d) {
  const std::vector<double> index{1, 2, 3, 4, 5, 6};
  const std::vector<double> post = profile_of(o, o.post, d), pre = profile_of(o, o.pre, d);
  const std::string source = "Figure 3(a), (b)";
  return {{"profile_post_ln_order",
           source,
           at_width(d),
           rank_correlation(index, post),
           1,
           {0.9, 1},
           "rank correlation of ‖∂L/∂W²‖ with the decoder layer, 6+6 layers"},
          {"profile_post_ln_growth",
           source,
           at_width(d),
           post.back() / post.front(),
           2,
           {2, std::numeric_limits<double>::infinity()},
           "‖∂L/∂W²‖ of the last decoder layer over the first, at least 2"},
          {"profile_pre_ln_growth",
           source,
           at_width(d),
           pre.back() / pre.front(),
           0.8,
           {0.4, 1.2},
           "‖∂L/∂W²‖ of the last decoder layer over the first"}};
}

}  // namespace prenorm::papers::xiong2020
