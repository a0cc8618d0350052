// A series on its way to pixels: the runs of points between gaps, the line through them, the marks on them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "prenorm/html/axis.h"
#include "prenorm/html/chart.h"

namespace prenorm::html {

// The plot's rectangle in the units of the SVG, y downwards.
struct Box {
  double left, top, right, bottom;
};

struct CurvePoint {
  double x, y;
  // Where the point stands in its series.
  std::size_t index;
};

struct Curve {
  // Points that follow each other without a gap.
  std::vector<std::vector<CurvePoint>> runs;
  std::size_t drawn = 0;
  // Values that cannot be drawn.
  std::size_t skipped = 0;
};

Curve trace_curve(const Series& series, const Axis& x_axis, const Axis& y_axis, const Box& box, const Chart& chart);

// The line as the `d` of a <path>. Of many points within two units of width the first, lowest, highest and last stay:
// the picture is the same, the text is short.
std::string path_data(const Curve& curve);

// Marks of the shape of series number `index`, as the `d` of a <path>: on each point of a short curve, on a few,
// spread out, of a long one, so that lines are told apart without colour.
std::string marker_data(const Curve& curve, std::size_t index);
// One mark of that shape at (x, y).
std::string marker_data(double x, double y, std::size_t index);

// A coordinate with one digit after the point, none where it is zero.
std::string coordinate(double value);

}  // namespace prenorm::html
