// Line charts as SVG text: no script and no external resource.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace prenorm::html {

// One line of a chart. NaN, infinities, and on a log axis non-positive values, leave a gap.
struct Series {
  std::string name;
  std::vector<double> x, y;
  bool dashed = false;
  // The RunEntry of the page that the series belongs to, so that readers can choose what they see; empty if none.
  std::string run = {};
  // Index of colour, mark and dashes; if not set, the index in the chart.
  std::optional<std::size_t> look = std::nullopt;
};

// Labels name the quantity and its unit: "loss, nats per token".
struct Chart {
  std::string title;
  std::string x_label, y_label;
  bool log_y = false, log_x = false;
  std::vector<Series> series;
  // A note for readers, which a page prints below the chart.
  std::string note;
};

// kWide names each line at its right end; kNarrow, for telephones, has a legend above. Both scale with the page.
enum class ChartLayout : std::uint8_t { kWide, kNarrow };

// The chart as an <svg> element. It takes its colours from the CSS variables --ink, --muted, --grid, --paper and
// --series-1 ... --series-6, and falls back to a light scheme. Title, note and a summary of each line are included for
// screen readers; hovering shows the values at that place. Errors: Error if a series has different numbers of x and y.
std::string svg_chart(const Chart& chart, ChartLayout layout = ChartLayout::kWide);

}  // namespace prenorm::html
