// An axis of a chart: the interval it shows, the position of a value on it, and ticks at round numbers.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace prenorm::html {

struct Tick {
  double value = 0;
  std::string label;
};

struct AxisOptions {
  bool log = false;
  // Space left free at both ends, as a share of the axis.
  double padding = 0;
  // Approximate number of ticks.
  int ticks = 6;
};

class Axis {
 public:
  // An axis that shows every drawable one of `values`; [0, 1], or [1, 10] on a log axis, if there is none. A single
  // value gets some space around it. Whole numbers get ticks at whole numbers, and their axis starts at 0 if they start
  // near it.
  Axis(std::span<const double> values, const AxisOptions& options);

  // The position of `value`: 0 at the low end, 1 at the high end.
  double position(double value) const;
  double low() const { return low_; }
  double high() const { return high_; }
  const std::vector<Tick>& ticks() const { return ticks_; }

 private:
  bool log_;
  double low_, high_;
  std::vector<Tick> ticks_;
};

// Whether an axis can show `value`: finite, not absurdly large, and on a log axis positive.
bool is_drawable(double value, bool log);

// 1, 2 or 5 times a power of ten: the one closest in ratio to range
// pieces. `range` > 0.
double round_step(double range, int pieces);

// A readable value with `decimals` digits after the point: "1,200", "−0.25", "2×10⁻⁷".
std::string format_tick(double value, int decimals);

// A readable value with four significant digits.
std::string format_value(double value);

}  // namespace prenorm::html
