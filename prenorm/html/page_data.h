// The numbers behind a page's figures, for its script.
#pragma once

#include <string>
#include <vector>

#include "prenorm/html/chart.h"
#include "prenorm/html/heat_map.h"

namespace prenorm::html {

struct KeyedChart {
  std::string key;
  const Chart* chart;
};
struct KeyedHeatMap {
  std::string key;
  const HeatMap* map;
};

// {"charts": [...], "heats": [...]}, as web/src/data.ts reads it; six significant digits, null for what is not finite.
// Nothing in it ends a <script> element.
std::string page_data(const std::vector<KeyedChart>& charts, const std::vector<KeyedHeatMap>& heats);

}  // namespace prenorm::html
