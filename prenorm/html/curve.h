// A series in pixel coordinates: the runs of points between gaps, the line through them, the marks on them.
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
  // Index of the point in its series.
  std::size_t index;
};

struct Curve {
  // Consecutive points without a gap.
  std::vector<std::vector<CurvePoint>> runs;
  std::size_t drawn = 0;
  // Number of values that cannot be drawn.
  std::size_t skipped = 0;
};

Curve trace_curve(const Series& series, const Axis& x_axis, const Axis& y_axis, const Box& box, const Chart& chart);

// The line as the `d` of a <path>. Of many points within two units of width only the first, lowest, highest and last
// are kept: the picture is the same and the text is short.
std::string path_data(const Curve& curve);

// Marks with the shape of series number `index`, as the `d` of a <path>: on each point of a short curve, on a few
// points of a long one, so that lines can be distinguished without colour.
std::string marker_data(const Curve& curve, std::size_t index);
// One mark of that shape at (x, y).
std::string marker_data(double x, double y, std::size_t index);

// A coordinate with one decimal, or none if it is zero.
std::string coordinate(double value);

}  // namespace prenorm::html
