#include "prenorm/html/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "prenorm/machine/terminal.h"

namespace prenorm::html {
namespace {

// Beyond these, differences and quotients of values would overflow or lose their digits.
constexpr double kLargest = 1e150;
constexpr double kSmallest = 1e-150;
// Ticks would look alike in an interval narrower than this share of its values.
constexpr double kNarrowest = 1e-9;

struct Interval {
  double low, high;
};

Interval widen(Interval i, bool whole, const AxisOptions& options) {
  if (options.log) {
    if (i.high / i.low < 1 + kNarrowest) i = {i.low / 2, i.high * 2};
    const double margin = options.padding * std::log10(i.high / i.low);
    return {i.low * std::pow(10, -margin), i.high * std::pow(10, margin)};
  }
  const double magnitude = std::max(std::abs(i.low), std::abs(i.high));
  if (i.high - i.low < std::max(kSmallest, kNarrowest * magnitude)) {
    const double room = std::max(magnitude / 10, whole || magnitude < kSmallest ? 1.0 : 0.0);
    i = {i.low - room, i.high + room};
  }
  // Counts that start at 1, or soon after, start at 0.
  if (whole && i.low > 0 && i.low <= 0.1 * i.high) i.low = 0;
  const double margin = options.padding * (i.high - i.low);
  // Non-negative values get a non-negative axis.
  return {i.low >= 0 ? std::max(0.0, i.low - margin) : i.low - margin, i.high + margin};
}

int exponent_of(double value) { return static_cast<int>(std::floor(std::log10(value) + 1e-9)); }

// k * step for a step of 1, 2 or 5 times a power of ten, as close to its decimal form as a double can be.
double multiple(double k, double step) {
  const int exponent = exponent_of(step);
  const double digit = std::round(step / std::pow(10, exponent));
  return exponent < 0 ? k * digit / std::pow(10, -exponent) : k * step;
}

std::vector<Tick> linear_ticks(Interval i, int count, bool whole) {
  double step = round_step(i.high - i.low, count);
  if (whole) step = std::max(step, 1.0);
  std::vector<Tick> ticks;
  const auto first = std::llround(std::ceil(i.low / step - 1e-6));
  const auto last = std::llround(std::floor(i.high / step + 1e-6));
  for (auto k = first; k <= last; ++k) {
    const double value = multiple(static_cast<double>(k), step);
    ticks.push_back({value, format_tick(value, std::max(0, -exponent_of(step)))});
  }
  return ticks;
}

std::vector<Tick> log_ticks(Interval i, int count) {
  const int first = exponent_of(i.low) - 1;
  const int last = exponent_of(i.high) + 1;
  const double decades = std::log10(i.high / i.low);
  std::vector<Tick> ticks;
  const auto add = [&](double value, int exponent) {
    if (value >= i.low * (1 - 1e-9) && value <= i.high * (1 + 1e-9))
      ticks.push_back({value, format_tick(value, std::max(0, -exponent))});
  };
  // Powers of ten if there are enough of them, then 1-2-5, then evenly spaced numbers.
  if (decades >= 3) {
    const int stride = std::max(1, static_cast<int>(std::ceil(decades / count)));
    for (int e = first; e <= last; ++e)
      if (e % stride == 0) add(std::pow(10, e), e);
  } else {
    for (int e = first; e <= last; ++e)
      for (const double digit : {1.0, 2.0, 5.0}) add(multiple(digit, std::pow(10, e)), e);
  }
  return ticks.size() >= 3 ? ticks : linear_ticks(i, count, false);
}

std::string superscript(int number) {
  static constexpr const char* kDigits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string out;
  for (const char c : std::to_string(number)) out += c == '-' ? "⁻" : kDigits[c - '0'];
  return out;
}

std::string with_minus_sign(std::string text) {
  if (!text.empty() && text[0] == '-') text.replace(0, 1, "−");
  return text;
}

std::string scientific(double value, int digits) {
  std::string text = fmt::format("{:.{}e}", value, digits);
  const std::size_t e = text.find('e');
  std::string mantissa = text.substr(0, e);
  if (mantissa.find('.') != std::string::npos) {
    mantissa.erase(mantissa.find_last_not_of('0') + 1);
    if (mantissa.back() == '.') mantissa.pop_back();
  }
  const std::string power = "10" + superscript(std::stoi(text.substr(e + 1)));
  return with_minus_sign(mantissa == "1" ? power : mantissa == "-1" ? "-" + power : mantissa + "×" + power);
}

}  // namespace

bool is_drawable(double value, bool log) {
  return std::isfinite(value) && std::abs(value) <= kLargest && (!log || value >= kSmallest);
}

double round_step(double range, int pieces) {
  const double rough = range / pieces;
  const double power = std::pow(10, exponent_of(rough));
  const double lead = rough / power;
  return power * (lead >= std::sqrt(50) ? 10 : lead >= std::sqrt(10) ? 5 : lead >= std::sqrt(2) ? 2 : 1);
}

std::string format_tick(double value, int decimals) {
  if (value == 0) return "0";
  const double size = std::abs(value);
  if (size >= 1e7 || decimals > 4) {
    return scientific(value, std::clamp(exponent_of(size) + decimals, 0, 8));
  }
  if (decimals == 0) return with_minus_sign(format_count(std::llround(value)));
  return with_minus_sign(fmt::format("{:.{}f}", value, decimals));
}

std::string format_value(double value) {
  if (std::isnan(value)) return "not a number";
  if (std::isinf(value)) return value > 0 ? "infinite" : "−infinite";
  const double size = std::abs(value);
  if (size < 1e7 && value == std::round(value)) return format_tick(value, 0);
  if (size >= 1e7 || size < 1e-3) return scientific(value, 3);
  if (size >= 1000) return format_tick(std::round(value), 0);
  return with_minus_sign(fmt::format("{:.{}f}", value, 3 - exponent_of(size)));
}

Axis::Axis(std::span<const double> values, const AxisOptions& options) : log_(options.log) {
  Interval shown = log_ ? Interval{1, 10} : Interval{0, 1};
  bool any = false;
  bool whole = true;
  for (const double v : values) {
    if (!is_drawable(v, log_)) continue;
    shown = any ? Interval{std::min(shown.low, v), std::max(shown.high, v)} : Interval{v, v};
    whole = whole && v == std::round(v);
    any = true;
  }
  if (any) shown = widen(shown, whole, options);
  low_ = shown.low;
  high_ = shown.high;
  ticks_ = log_ ? log_ticks(shown, options.ticks) : linear_ticks(shown, options.ticks, any && whole);
}

double Axis::position(double value) const {
  if (log_) return std::log(value / low_) / std::log(high_ / low_);
  return (value - low_) / (high_ - low_);
}

}  // namespace prenorm::html
