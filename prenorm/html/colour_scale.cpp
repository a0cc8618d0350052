#include "prenorm/html/colour_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "prenorm/html/axis.h"

namespace prenorm::html {
namespace {

using Rgb = std::array<double, 3>;

constexpr std::array<Rgb, 9> kViridis = {{{68, 1, 84},
                                          {71, 45, 123},
                                          {59, 82, 139},
                                          {44, 114, 142},
                                          {33, 145, 140},
                                          {40, 174, 128},
                                          {94, 201, 98},
                                          {173, 220, 48},
                                          {253, 231, 37}}};

Rgb mixed(double share) {
  const double at = std::clamp(share, 0.0, 1.0) * (kViridis.size() - 1);
  const auto below = std::min<std::size_t>(static_cast<std::size_t>(at), kViridis.size() - 2);
  const double part = at - static_cast<double>(below);
  Rgb colour{};
  for (std::size_t i = 0; i < 3; ++i) colour[i] = (1 - part) * kViridis[below][i] + part * kViridis[below + 1][i];
  return colour;
}

// Relative luminance of sRGB, as defined by WCAG 2.
double luminance(const Rgb& colour) {
  const auto linear = [](double c) { return c <= 10 ? c / 255 / 12.92 : std::pow((c / 255 + 0.055) / 1.055, 2.4); };
  return 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
}

}  // namespace

std::string scale_colour(double share) {
  const Rgb c = mixed(share);
  return fmt::format("#{:02x}{:02x}{:02x}", static_cast<int>(std::lround(c[0])), static_cast<int>(std::lround(c[1])),
                     static_cast<int>(std::lround(c[2])));
}

std::string_view text_on(double share) { return luminance(mixed(share)) > 0.179 ? "#000" : "#fff"; }

std::string scale_gradient(bool reversed) {
  std::string stops;
  for (std::size_t i = 0; i < kViridis.size(); ++i) {
    const double share = static_cast<double>(i) / (kViridis.size() - 1);
    stops += fmt::format(",{}", scale_colour(reversed ? 1 - share : share));
  }
  return fmt::format("linear-gradient(to right{})", stops);
}

ColourScale::ColourScale(std::span<const double> values, bool log, bool reversed) : log_(log), reversed_(reversed) {
  bool any = false;
  for (const double v : values) {
    if (!shows(v)) continue;
    low_ = any ? std::min(low_, v) : v;
    high_ = any ? std::max(high_, v) : v;
    any = true;
  }
}

bool ColourScale::shows(double value) const { return is_drawable(value, log_); }

double ColourScale::share(double value) const {
  const auto place = [&](double v) { return log_ ? std::log(v) : v; };
  const double range = high_ > low_ ? place(high_) - place(low_) : 0;
  const double share = range > 0 ? (place(value) - place(low_)) / range : 0.5;
  return reversed_ ? 1 - share : share;
}

}  // namespace prenorm::html
