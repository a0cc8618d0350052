// Networks with skip connections: width d^2 / k and depth 2 k l for k = 1, 2, 4, ..., d, all with the same product.
#pragma once

#include <vector>

#include "prenorm/papers/norm_only/draws.h"
#include "prenorm/papers/norm_only/network.h"
#include "prenorm/papers/norm_only/settings.h"

namespace prenorm::papers::norm_only {

struct SkipCase {
  Skips skips = Skips::kPrevious;
  std::int64_t width = 0, pairs = 0;  // d and k
  double budget = 1;                  // d' l' / (2 d^2 l): the width is budget d^2 / k
  Draws draws;
};

// l = 2, He targets, budget 1.
std::vector<SkipCase> study_skips(const Setting& setting, const Cells& cells);
// l = 1, targets N(0, 1/d), d = kMainWidth, budgets from 1/4 to 3/2.
std::vector<SkipCase> study_budgets(const Setting& setting, const Cells& cells);
// The cyclic shift, whose leading blocks are all singular, at k = 2; kPrevious and kInput.
std::vector<SkipCase> study_shift(const Setting& setting, const Cells& cells);

}  // namespace prenorm::papers::norm_only
