#include "prenorm/html/legend.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <string_view>
#include <utility>

#include "prenorm/html/escape.h"

namespace prenorm::html {
namespace {

constexpr double kCharacterWidth = 7.0;
constexpr double kRow = 20;
constexpr double kKeyWidth = 24;
constexpr double kKeyGap = 6;
constexpr double kEntryGap = 18;
constexpr std::size_t kLongestName = 30;

// Okabe and Ito's palette, which is distinguishable with every common form of colour blindness.
constexpr std::array<const char*, kColours> kPalette = {"#0072b2", "#d55e00", "#009e73",
                                                        "#cc79a7", "#e69f00", "#56b4e9"};

std::string label_of(const Series& series) { return shorten(series.name, kLongestName); }

double entry_width(const Series& series) { return kKeyWidth + kKeyGap + text_width(label_of(series)); }

// A short piece of the line with its mark, and the name; `y` is the middle of the text.
std::string entry(const Series& series, std::size_t index, double x, double y) {
  const std::size_t look = look_of(series, index);
  const std::string label = label_of(series);
  const std::string full = label == series.name ? "" : "<title>" + escape(series.name) + "</title>";
  return fmt::format(
      "<g{}>{}<path d=\"M{},{}h{}\" fill=\"none\" style=\"stroke:{}\" stroke-width=\"2\"{}/>"
      "<path d=\"{}\" style=\"fill:{};stroke:{}\" stroke-width=\"1\"/>"
      "<text x=\"{}\" y=\"{}\">{}</text></g>\n",
      run_attribute(series.run), full, coordinate(x), coordinate(y), kKeyWidth, series_colour(look),
      dash_attribute(series, look), marker_data(x + kKeyWidth / 2, y, look), series_colour(look), series_colour(look),
      coordinate(x + kKeyWidth + kKeyGap), coordinate(y + 4.5), escape(label));
}

// Calls place(index, x, row) for each name; returns the number of rows.
template <class Place>
int flow(const std::vector<Series>& series, double left, double right, Place place) {
  double x = left;
  int row = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const double width = entry_width(series[i]);
    if (x > left && x + width > right) {
      x = left;
      ++row;
    }
    place(i, x, row);
    x += width + kEntryGap;
  }
  return series.empty() ? 0 : row + 1;
}

}  // namespace

double text_width(const std::string& text) { return static_cast<double>(count_characters(text)) * kCharacterWidth; }

std::string fitted(const std::string& text, double width) {
  return shorten(text, static_cast<std::size_t>(width / kCharacterWidth));
}

std::size_t look_of(const Series& series, std::size_t index) { return series.look.value_or(index); }

std::string series_colour(std::size_t look) {
  const std::size_t i = look % kPalette.size();
  return fmt::format("var(--series-{},{})", i + 1, kPalette[i]);
}

std::string dash_attribute(const Series& series, std::size_t look) {
  static constexpr std::array<const char*, 4> kDashes = {"", "2 4", "10 4 2 4", "14 5"};
  const std::string_view dashes = series.dashed ? "7 4" : kDashes[look / kPalette.size() % kDashes.size()];
  return dashes.empty() ? "" : fmt::format(" stroke-dasharray=\"{}\"", dashes);
}

std::string run_attribute(const std::string& run) {
  return run.empty() ? "" : fmt::format(" data-run=\"{}\"", escape(run));
}

double end_label_width(const std::vector<Series>& series) {
  double widest = 0;
  for (const Series& s : series) widest = std::max(widest, entry_width(s));
  return widest;
}

std::string end_labels(const std::vector<Series>& series, const std::vector<Curve>& curves, const Box& box) {
  std::vector<double> wanted(series.size(), box.bottom);
  for (std::size_t i = 0; i < series.size(); ++i)
    if (!curves[i].runs.empty()) wanted[i] = curves[i].runs.back().back().y;
  std::vector<std::size_t> order(series.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });

  // Moved apart downwards, then back up from the bottom edge.
  std::vector<double> y(series.size());
  for (std::size_t k = 0; k < order.size(); ++k) y[k] = std::max(wanted[order[k]], k == 0 ? box.top : y[k - 1] + kRow);
  for (std::size_t k = order.size(); k-- > 0;)
    y[k] = std::min(y[k], k + 1 == order.size() ? box.bottom : y[k + 1] - kRow);

  std::string out;
  for (std::size_t k = 0; k < order.size(); ++k) out += entry(series[order[k]], order[k], box.right + 12, y[k]);
  return out;
}

int legend_rows(const std::vector<Series>& series, double left, double right) {
  return flow(series, left, right, [](std::size_t, double, int) {});
}

std::string legend(const std::vector<Series>& series, double left, double right, double top) {
  std::string out;
  flow(series, left, right,
       [&](std::size_t i, double x, int row) { out += entry(series[i], i, x, top + (row + 0.5) * kRow); });
  return out;
}

}  // namespace prenorm::html
