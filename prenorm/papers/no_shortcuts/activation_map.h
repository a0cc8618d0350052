// How a layer with a leaky ReLU changes correlations, by numerical integration (TAT of Zhang et al. 2022, as He et al.
// 2023 use it). Nothing here uses the closed form of nn/, which the experiment compares with it.
#pragma once

#include <cstdint>

namespace prenorm::papers::no_shortcuts {

inline constexpr double kTatTarget = 0.9;  // eta

// E f(u) f(v) for standard normal u, v with correlation c; f(x) = max(x, slope x) sqrt(2 / (1 + slope^2)).
double correlation_map(double slope, double c);
// The map applied `layers` times to c.
double composed_map(double slope, std::int64_t layers, double c = 0);
// The slope with which `layers` layers send 0 to `target`; 0 if ReLU, the slope 0, is below it already.
double slope_for(std::int64_t layers, double target = kTatTarget);

}  // namespace prenorm::papers::no_shortcuts
