// The names of the lines: at the right end of a wide chart, in a list above a narrow one.
#pragma once

#include <string>
#include <vector>

#include "prenorm/html/curve.h"

namespace prenorm::html {

// Estimated width of `text` at the size of a chart's labels; the font is the reader's.
double text_width(const std::string& text);
// As much of `text` as fits into about `width`, with "…" at the end if it was cut.
std::string fitted(const std::string& text, double width);

inline constexpr std::size_t kColours = 6;

// The look of the series with this index in its chart.
std::size_t look_of(const Series& series, std::size_t index);
// The CSS colour of a look. There are six; dashes distinguish the second six looks from the first.
std::string series_colour(std::size_t look);
// The stroke-dasharray attribute of a line; empty for a solid one.
std::string dash_attribute(const Series& series, std::size_t look);
// The data-run attribute by which the page's script finds the elements of a run; empty if there is no run.
std::string run_attribute(const std::string& run);

// Space to the right of the plot that the names need.
double end_label_width(const std::vector<Series>& series);
// The names to the right of `box`, each as close to its line's last point as the others allow.
std::string end_labels(const std::vector<Series>& series, const std::vector<Curve>& curves, const Box& box);

// Number of rows that the names fill between `left` and `right`, one after another.
int legend_rows(const std::vector<Series>& series, double left, double right);
// The names, in rows from `top` down.
std::string legend(const std::vector<Series>& series, double left, double right, double top);

}  // namespace prenorm::html
