// Made-up results of an experiment.
#pragma once

#include <limits>

#include "prenorm/papers/results.h"

namespace prenorm::papers {

inline Results made_results() {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Results results;
  results.checks = {{"slope", "Theorem 1", {{"d_model", 128}, {"seed", 2}}, -0.1, 0, {-0.2, 0.2}, "a slope"},
                    {"growth", "Figure 2", {}, kNaN, 2, {2, kInfinity}, "at least twice"}};
  results.figures = {{"A figure", "x", "y, nats", true, false, {{"one", {1, 2}, {3, kNaN}}}, "note"}};
  results.figures[0].curves.push_back({"theory", {1, 2}, {0.1, -kInfinity}, true});
  results.heat_maps = {{"A map", "x", "y", "loss", {"a", "b"}, {"c"}, {1, kNaN}, true, "note"}};
  results.notes = {"A sentence."};
  return results;
}

}  // namespace prenorm::papers
