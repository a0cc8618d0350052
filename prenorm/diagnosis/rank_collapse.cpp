#include "prenorm/diagnosis/rank_collapse.h"

#include <fmt/format.h>

#include <algorithm>

#include "prenorm/config/stacks.h"

namespace prenorm::diagnosis {

std::int64_t CosineProfile::first_collapsed_layer() const {
  const auto collapsed = [](double cosine) { return cosine >= kCollapsedCosine; };
  return std::find_if(by_layer.begin(), by_layer.end(), collapsed) - by_layer.begin() + 1;
}

std::optional<CosineProfile> initial_cosines(const Evidence& e) {
  if (e.observations.empty() || e.observations.front().step != 1) return std::nullopt;
  const auto& seen = e.observations.front().mean_cosines;
  CosineProfile profile;
  for (std::int64_t layer = 0; layer < output_layers(e.config.model); ++layer) {
    const std::string point =
        fmt::format("{}.layers.{}.feed_forward.output", enum_name(output_stack(e.config.model)), layer);
    const auto at = std::find_if(seen.begin(), seen.end(), [&](const auto& one) { return one.first == point; });
    if (at == seen.end()) return std::nullopt;
    profile.by_layer.push_back(at->second);
  }
  return profile.by_layer.empty() ? std::nullopt : std::optional(std::move(profile));
}

}  // namespace prenorm::diagnosis
