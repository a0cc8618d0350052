// Which line is which: names at the right end of a wide chart, a list above a narrow one.
#pragma once

#include <string>
#include <vector>

#include "prenorm/html/curve.h"

namespace prenorm::html {

// Width of `text` at the size of a chart's labels. An estimate: the font is the reader's.
double text_width(const std::string& text);
// As much of `text` as takes about `width`, "…" at the end where it was cut.
std::string fitted(const std::string& text, double width);

inline constexpr std::size_t kColours = 6;

// The look of the series that stands at `index` of its chart.
std::size_t look_of(const Series& series, std::size_t index);
// The CSS colour of a look. There are six; dashes tell the second six looks from the first.
std::string series_colour(std::size_t look);
// The stroke-dasharray attribute of a line, nothing for a solid one.
std::string dash_attribute(const Series& series, std::size_t look);
// The data-run attribute by which the page's script finds what belongs to a run; nothing where it is of none.
std::string run_attribute(const std::string& run);

// Room to the right of the plot that the names need.
double end_label_width(const std::vector<Series>& series);
// The names to the right of `box`, each as near to its line's last point as the others leave room for.
std::string end_labels(const std::vector<Series>& series, const std::vector<Curve>& curves, const Box& box);

// Rows that the names fill between `left` and `right`, set one after the other.
int legend_rows(const std::vector<Series>& series, double left, double right);
// The names, in rows from `top` down.
std::string legend(const std::vector<Series>& series, double left, double right, double top);

}  // namespace prenorm::html
