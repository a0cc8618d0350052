// Rank collapse: the states of all tokens of a sequence have almost the same direction, so that nothing computed from
// them can tell tokens apart. Attention averages, and without skip connections the cosine of two tokens tends to 1 with
// depth (Dong et al. 2021, "Attention is not all you need"; He et al. 2023, section 3).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "prenorm/diagnosis/evidence.h"

namespace prenorm::diagnosis {

// A mean cosine from which on states are collapsed: what distinguishes two tokens is a thousandth of their squared
// norm. E-SPA, which trains, starts at 0.99 with 12 layers; plain attention without skips is above 0.999 there.
inline constexpr double kCollapsedCosine = 0.999;

// The mean cosine over pairs of tokens of a sequence at initialisation, after each layer of the stack that the output
// is computed from.
struct CosineProfile {
  std::vector<double> by_layer;

  bool collapsed() const { return by_layer.back() >= kCollapsedCosine; }
  // The first layer, counted from 1, after which the cosine is at least kCollapsedCosine. Only where collapsed().
  std::int64_t first_collapsed_layer() const;
};

// Empty if the log has no observation of update 1 with these figures.
std::optional<CosineProfile> initial_cosines(const Evidence& evidence);

}  // namespace prenorm::diagnosis
