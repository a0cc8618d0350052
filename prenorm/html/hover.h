// Tooltips in a chart: vertical bands that name the values at one place of the x axis.
#pragma once

#include <string>
#include <vector>

#include "prenorm/html/chart.h"
#include "prenorm/html/curve.h"

namespace prenorm::html {

// One band for each place that has a value, at most `limit` of them; each contains the values of all series closest to
// its centre as a <title>, which browsers show as a tooltip.
std::string hover_bands(const Chart& chart, const std::vector<Curve>& curves, const Box& box, std::size_t limit);

}  // namespace prenorm::html
