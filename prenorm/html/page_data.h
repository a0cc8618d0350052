// The numbers of a page's figures, for its script.
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

// {"charts": [...], "heats": [...]}, in the format that web/src/data.ts reads: six significant digits, null for numbers
// that are not finite. Nothing in it can end a <script> element.
std::string page_data(const std::vector<KeyedChart>& charts, const std::vector<KeyedHeatMap>& heats);

}  // namespace prenorm::html
