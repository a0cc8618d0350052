#include "prenorm/papers/norm_only/skips.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/eye.h>
#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "prenorm/papers/norm_only/evaluate.h"
#include "prenorm/papers/norm_only/matrices.h"

namespace prenorm::papers::norm_only {
namespace {

constexpr Skips kBothSkips[] = {Skips::kInput, Skips::kPrevious};

std::string name_of(const SkipCase& c) {
  return fmt::format("skips from the {}, d {}, k {}, budget {}", c.skips == Skips::kInput ? "input" : "previous pair",
                     c.width, c.pairs, c.budget);
}

BuildOptions options_of(const SkipCase& c, std::uint64_t key) {
  const double width = c.budget * static_cast<double>(c.width * c.width) / static_cast<double>(c.pairs);
  return {c.skips, c.pairs, std::lround(width), key};
}

using Target = std::function<std::vector<at::Tensor>(const SkipCase& c, std::uint64_t key)>;

std::vector<SkipCase> measure(const std::string& label, std::vector<SkipCase> cases, const Setting& s,
                              const Cells& cells, const Target& target_of) {
  std::vector<std::string> names;
  for (const SkipCase& c : cases) names.push_back(name_of(c));
  const std::vector<Draws> draws =
      measure_draws({label, names, s.seeds, s.draws}, cells, [&](std::size_t i, std::uint64_t key) {
        const std::vector<at::Tensor> target = target_of(cases[i], key);
        return draw_of(build(target, options_of(cases[i], key)), target, key);
      });
  for (std::size_t i = 0; i < cases.size(); ++i) cases[i].draws = draws[i];
  return cases;
}

}  // namespace

std::vector<SkipCase> study_skips(const Setting& s, const Cells& cells) {
  std::vector<SkipCase> cases;
  for (auto d = s.skip_widths.rbegin(); d != s.skip_widths.rend(); ++d)
    for (const Skips skips : kBothSkips)
      for (std::int64_t k = 1; k <= *d; k *= 2) cases.push_back({skips, *d, k, 1, {}});
  return measure("skip connections, l 2", cases, s, cells,
                 [](const SkipCase& c, std::uint64_t key) { return relu_target(c.width, 2, key); });
}

std::vector<SkipCase> study_budgets(const Setting& s, const Cells& cells) {
  std::vector<SkipCase> cases;
  for (const Skips skips : kBothSkips)
    for (std::int64_t k = 1; k <= kMainWidth; k *= 4)
      for (const double budget : {0.25, 0.5, 0.75, 0.875, 1.0, 1.25, 1.5})
        cases.push_back({skips, kMainWidth, k, budget, {}});
  return measure("skip connections by budget", cases, s, cells, [](const SkipCase& c, std::uint64_t key) {
    return std::vector<at::Tensor>{target_matrix(c.width, 1, key)};
  });
}

std::vector<SkipCase> study_shift(const Setting& s, const Cells& cells) {
  return measure("skip connections, cyclic shift",
                 {{Skips::kInput, kMainWidth, 2, 1, {}}, {Skips::kPrevious, kMainWidth, 2, 1, {}}}, s, cells,
                 [](const SkipCase& c, std::uint64_t) {
                   return std::vector<at::Tensor>{at::eye(c.width, at::kDouble).roll({1}, {0})};
                 });
}

}  // namespace prenorm::papers::norm_only
