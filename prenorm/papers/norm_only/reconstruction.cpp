#include "prenorm/papers/norm_only/reconstruction.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "prenorm/papers/norm_only/khatri_rao.h"
#include "prenorm/papers/norm_only/matrices.h"

namespace prenorm::papers::norm_only {
namespace {

Draw draw_of(const Solution& solution) {
  Draw draw;
  draw.condition = solution.spectrum.condition();
  draw.full_rank = solution.spectrum.full_rank() ? 1 : 0;
  draw.residual = solution.residual;
  draw.largest_scale = solution.gamma.abs().max().item<double>();
  return draw;
}

Draw reconstruct(std::int64_t d, std::int64_t m, std::uint64_t key) {
  const FrozenPair frozen = frozen_pair(d, m, key);
  return draw_of(solve_scales(frozen.second, frozen.first, target_matrix(d, 1, key)));
}

Draw reconstruct_uniform(std::int64_t d, std::uint64_t key) {
  const double side = 1 / std::sqrt(static_cast<double>(d));
  return draw_of(solve_scales(uniform_matrix("W2", key, {d, d * d}, side * side),
                              uniform_matrix("W1", key, {d * d, d}, side), target_matrix(d, 1, key)));
}

// The residual is relative to the whole target, whatever the other units write.
Draw tune_half(double others, std::uint64_t key) {
  const std::int64_t d = kMainWidth, half = d * d / 2;
  const FrozenPair frozen = frozen_pair(d, d * d, key);
  const at::Tensor target = target_matrix(d, 1, key);
  const auto tuned = [&](const at::Tensor& t, std::int64_t dim) { return t.narrow(dim, 0, half); };
  const at::Tensor fixed = others * frozen.second.narrow(1, half, half).mm(frozen.first.narrow(0, half, half));
  const Solution solution = solve_scales(tuned(frozen.second, 1), tuned(frozen.first, 0), target - fixed);
  Draw draw = draw_of(solution);
  draw.residual *= ((target - fixed).norm() / target.norm()).item<double>();
  return draw;
}

}  // namespace

ExactStudy study_exact(const Setting& s, const Cells& cells) {
  ExactStudy study;
  // The widest takes longest and is first.
  std::vector<std::int64_t> widths(s.widths.rbegin(), s.widths.rend());
  std::vector<std::string> names;
  for (const std::int64_t d : widths) names.push_back(fmt::format("d {}", d));
  study.normal = measure_draws(
      {"exact reconstructions", names, s.seeds, s.draws}, cells,
      [&](std::size_t i, std::uint64_t key) { return reconstruct(widths[i], widths[i] * widths[i], key); });
  std::reverse(study.normal.begin(), study.normal.end());
  study.widths = s.widths;
  study.uniform =
      measure_draws({"exact reconstructions", {fmt::format("uniform entries, d {}", kMainWidth)}, s.seeds, s.draws},
                    cells, [](std::size_t, std::uint64_t key) { return reconstruct_uniform(kMainWidth, key); })
          .front();
  return study;
}

ThresholdStudy study_threshold(const Setting& s, const Cells& cells) {
  ThresholdStudy study{{std::begin(kRatios), std::end(kRatios)}, {}};
  std::vector<std::string> names;
  for (const double ratio : study.ratios) names.push_back(fmt::format("d {}, m / d^2 = {}", kMainWidth, ratio));
  study.draws = measure_draws({"threshold", names, s.seeds, s.draws}, cells, [&](std::size_t i, std::uint64_t key) {
    return reconstruct(kMainWidth, std::lround(study.ratios[i] * kMainWidth * kMainWidth), key);
  });
  return study;
}

const Draws& at_ratio(const ThresholdStudy& study, double ratio) {
  const auto place = std::find(study.ratios.begin(), study.ratios.end(), ratio) - study.ratios.begin();
  return study.draws.at(static_cast<std::size_t>(place));
}

double expected_residual(double ratio) { return ratio < 1 ? std::sqrt(1 - ratio) : 0; }

ControlStudy study_controls(const Setting& s, const Cells& cells) {
  std::vector<Draws> draws =
      measure_draws({"half of the scales", {"others 0", "others 1"}, s.seeds, s.draws}, cells,
                    [](std::size_t i, std::uint64_t key) { return tune_half(static_cast<double>(i), key); });
  return {draws[0], draws[1]};
}

}  // namespace prenorm::papers::norm_only
