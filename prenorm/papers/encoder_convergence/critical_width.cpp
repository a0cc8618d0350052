#include "prenorm/papers/encoder_convergence/critical_width.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "prenorm/base/json_number.h"
#include "prenorm/papers/encoder_convergence/rates.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::encoder_convergence {

bool is_wide_enough(const Model& model, const SampleSize& size, std::uint64_t seed) {
  constexpr double kReached = 1e-3, kLeastRSquared = 0.99;
  Encoder encoder(model, gaussian_samples(size, seed));
  const Weights start = initial_weights(model, size.dimension, seed);
  encoder.forward(start);
  const double step = 1 / spectrum_of(kernel_of(encoder, start).sum()).greatest;
  const std::vector<double> loss = descend(encoder, start, {step, 3000, 0, kReached}).loss;
  return loss.back() <= kReached * loss[0] && late_rate(loss).r_squared >= kLeastRSquared;
}

double critical_width(AttentionScale scale, const SampleSize& size, std::uint64_t seed) {
  double critical = std::numeric_limits<double>::quiet_NaN();
  for (int halves = 14; halves >= 0; --halves) {
    const auto width = static_cast<std::int64_t>(std::lround(std::exp2(halves / 2.0)));
    if (!is_wide_enough({kLeCun, scale, width}, size, seed)) break;
    critical = static_cast<double>(width);
  }
  return critical;
}

std::vector<CriticalWidths> measure_critical_widths(const Setting& s, const Cells& cells) {
  struct Case {
    AttentionScale scale;
    SampleSize size;
    std::uint64_t seed;
  };
  std::vector<Case> cases;
  std::vector<std::string> names;
  // The most samples take longest and are first.
  for (auto n = s.sample_counts.rbegin(); n != s.sample_counts.rend(); ++n)
    for (std::int64_t seed = 1; seed <= s.seeds; ++seed)
      for (const AttentionScale scale : {kInverseRoot, kInverse}) {
        cases.push_back({scale, {*n, 5, 20}, static_cast<std::uint64_t>(seed)});
        names.push_back(fmt::format("critical width, tau_0 = {}, N {}, seed {}", name_of(scale), *n, seed));
      }
  const auto values = cells.get_all("critical widths", names, CellThreads::kOneEach, [&](std::size_t i) {
    return nlohmann::json{{"width", json_number(critical_width(cases[i].scale, cases[i].size, cases[i].seed))}};
  });
  std::vector<CriticalWidths> all;
  for (const AttentionScale scale : {kInverseRoot, kInverse})
    all.push_back({scale,
                   {s.sample_counts.begin(), s.sample_counts.end()},
                   std::vector<std::vector<double>>(static_cast<std::size_t>(s.seeds))});
  for (std::size_t i = values.size(); i-- > 0;) {  // fewest samples first
    CriticalWidths& mine = all[cases[i].scale == kInverseRoot ? 0 : 1];
    mine.widths[cases[i].seed - 1].push_back(number_field(values[i], "width"));
  }
  return all;
}

}  // namespace prenorm::papers::encoder_convergence
