// Shortens long series for a page: fewer points, the same picture.
#pragma once

#include <cstddef>

#include "prenorm/html/chart.h"

namespace prenorm::html {

// Keeps the points with the lowest and highest y in each of `intervals` equal pieces of the x axis (equal in ln x on a
// log axis), and the first and last of the series, in order; values that cannot be drawn become one gap per interval. A
// series of at most 2 * intervals points is unchanged. The x must ascend.
Series decimated(const Series& series, std::size_t intervals, bool log_x = false);

// Decimates each series so that the chart has about `points` in total, with 100 to 1,000 intervals each, and says so in
// the chart's note.
void limit_points(Chart& chart, std::size_t points = 24'000);

}  // namespace prenorm::html
