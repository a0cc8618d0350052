// Line charts as SVG text: no script, no external resource, nothing but what is in the string.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace prenorm::html {

// One line of a chart. NaN, infinities, and on a log axis values that are not positive, leave a gap.
struct Series {
  std::string name;
  std::vector<double> x, y;
  bool dashed = false;
  // The RunEntry of the page that the series belongs to, so that readers can choose what they see; empty: to none.
  std::string run = {};
  // Index of colour, mark and dashes; the place in the chart where it is left out.
  std::optional<std::size_t> look = std::nullopt;
};

// Labels name the quantity and its unit: "loss, nats per token".
struct Chart {
  std::string title;
  std::string x_label, y_label;
  bool log_y = false, log_x = false;
  std::vector<Series> series;
  // What to know when reading it; a page prints it below the chart.
  std::string note;
};

// kWide names each line at its right end; kNarrow, for phones, has a legend above. Both scale with the page.
enum class ChartLayout : std::uint8_t { kWide, kNarrow };

// The chart as an <svg> element. It takes its colours from CSS variables --ink, --muted, --grid, --paper and
// --series-1 ... --series-6 and falls back to a light scheme. Title, note and a summary of each line are there for
// screen readers; resting the pointer on a place shows the values there. Errors: Error when a series has another number
// of x than of y.
std::string svg_chart(const Chart& chart, ChartLayout layout = ChartLayout::kWide);

}  // namespace prenorm::html
