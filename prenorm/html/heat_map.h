// Values over two axes, as colours: a table with its numbers where there are few columns, else a picture of cells.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prenorm::html {

struct HeatPanel {
  std::string name;
  // Row after row, y.size() rows of x.size() columns; NaN leaves a cell empty.
  std::vector<double> values;
  // What an empty cell says instead, "diverged"; as many as values, or none.
  std::vector<std::string> texts = {};
};

struct HeatMap {
  std::string title, x_label, y_label;
  std::vector<std::string> x, y;  // the first row is at the top
  std::vector<HeatPanel> panels;  // one scale for all
  std::string value_label;        // "validation loss, nats per token"
  bool log = false;
  bool low_is_bright = false;
  std::string note = {};
};

// So many columns still are a table that reads on a telephone.
inline constexpr std::size_t kMostTableColumns = 10;

// Without <figure>. Errors: Error where a panel has another number of values than cells.
std::string heat_map_html(const HeatMap& map);

}  // namespace prenorm::html
