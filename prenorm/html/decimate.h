// Long series on their way into a page: fewer points, the same picture.
#pragma once

#include <cstddef>

#include "prenorm/html/chart.h"

namespace prenorm::html {

// Of each of `intervals` equal pieces of the x axis (equal in ln x on a log axis) the points with the lowest and the
// highest y, and of the whole series the first and last, in their order; a value that cannot be drawn stays as a gap,
// once an interval. A series of at most 2 * intervals points stays as it is. The x must ascend.
Series decimated(const Series& series, std::size_t intervals, bool log_x = false);

// Decimates each series so that the chart has about `points` in all, never to fewer than 100 intervals nor to more than
// 1,000, and says so in the chart's note.
void limit_points(Chart& chart, std::size_t points = 24'000);

}  // namespace prenorm::html
