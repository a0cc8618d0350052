#include "prenorm/papers/encoder_convergence/step_sizes.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "prenorm/papers/json.h"

namespace prenorm::papers::encoder_convergence {
namespace {

constexpr std::int64_t kStepEpochs = 30;

nlohmann::json measure_step(const Model& model, std::uint64_t seed) {
  Encoder encoder(model, gaussian_samples(kGaussianSize, seed));
  const Weights start = initial_weights(model, kGaussianSize.dimension, seed);
  encoder.forward(start);
  const double greatest = spectrum_of(kernel_of(encoder, start).sum()).greatest;
  return {{"greatest", greatest}, {"step", largest_stable_step(encoder, start, 2 / greatest, kStepEpochs)}};
}

}  // namespace

std::vector<StepSizes> measure_step_sizes(const Setting& s, const Cells& cells) {
  struct Case {
    Model model;
    std::uint64_t seed;
  };
  std::vector<StepSizes> all;
  std::vector<Case> cases;
  std::vector<std::string> names;
  for (const Initialization initialization : {kLeCun, kHe, kNtk})
    for (const AttentionScale scale : {kInverseRoot, kInverse}) {
      all.push_back({initialization, scale, {s.step_widths.begin(), s.step_widths.end()}, {}, {}});
      const std::int64_t seeds = initialization == kNtk ? s.comparison_seeds : s.seeds;
      for (std::int64_t seed = 1; seed <= seeds; ++seed)
        for (const std::int64_t width : s.step_widths) {
          cases.push_back({{initialization, scale, width}, static_cast<std::uint64_t>(seed)});
          names.push_back(fmt::format("largest stable step of {} epochs, {}, tau_0 = {}, d_m {}, seed {}", kStepEpochs,
                                      name_of(initialization), name_of(scale), width, seed));
        }
      all.back().step.resize(static_cast<std::size_t>(seeds));
      all.back().greatest.resize(static_cast<std::size_t>(seeds));
    }
  const auto values = cells.get_all("largest stable steps", names, CellThreads::kOneEach,
                                    [&](std::size_t i) { return measure_step(cases[i].model, cases[i].seed); });
  std::size_t next = 0;
  for (StepSizes& sizes : all)
    for (std::size_t seed = 0; seed < sizes.step.size(); ++seed)
      for (std::size_t width = 0; width < sizes.width.size(); ++width, ++next) {
        sizes.step[seed].push_back(number_field(values[next], "step"));
        sizes.greatest[seed].push_back(number_field(values[next], "greatest"));
      }
  return all;
}

}  // namespace prenorm::papers::encoder_convergence
