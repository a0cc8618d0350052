// Values over two axes as colours: a table with numbers if there are few columns, else a picture of cells.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prenorm::html {

struct HeatPanel {
  std::string name;
  // Row by row, y.size() rows of x.size() columns; NaN leaves a cell empty.
  std::vector<double> values;
  // The text of an empty cell, such as "diverged"; as many as values, or none.
  std::vector<std::string> texts = {};
};

struct HeatMap {
  std::string title, x_label, y_label;
  std::vector<std::string> x, y;  // the first row is at the top
  std::vector<HeatPanel> panels;  // all with the same scale
  std::string value_label;        // such as "validation loss, nats per token"
  bool log = false;
  bool low_is_bright = false;
  std::string note = {};
};

// Up to this number of columns, a table is readable on a telephone.
inline constexpr std::size_t kMostTableColumns = 10;

// Without <figure>. Errors: Error if the number of values of a panel differs from its cells.
std::string heat_map_html(const HeatMap& map);

}  // namespace prenorm::html
