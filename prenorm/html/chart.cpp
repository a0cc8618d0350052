#include "prenorm/html/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "prenorm/base/error.h"
#include "prenorm/html/axis.h"
#include "prenorm/html/curve.h"
#include "prenorm/html/escape.h"
#include "prenorm/html/hover.h"
#include "prenorm/html/legend.h"

namespace prenorm::html {
namespace {

constexpr std::size_t kMostEndLabels = 10;
constexpr std::size_t kMostBands = 60;
// Each band names every series: with many series, more bands would be most of the page.
constexpr std::size_t kMostTips = 360;
// Lines with more points are drawn thinner, so that noise does not become a ribbon.
constexpr std::size_t kDense = 150;

std::vector<double> gathered(const Chart& chart, std::vector<double> Series::*axis) {
  std::vector<double> all;
  for (const Series& s : chart.series) {
    // A value counts only if its point can be drawn: the x of a diverged update would stretch the axis for nothing.
    for (std::size_t i = 0; i < s.x.size(); ++i)
      if (is_drawable(s.x[i], chart.log_x) && is_drawable(s.y[i], chart.log_y)) all.push_back((s.*axis)[i]);
  }
  return all;
}

void check(const Chart& chart) {
  for (const Series& s : chart.series)
    if (s.x.size() != s.y.size())
      throw_error<Error>("chart '{}': series '{}' has {} x and {} y values; give one y for each x", chart.title, s.name,
                         s.x.size(), s.y.size());
}

// The common state of the parts of a chart while it is drawn.
struct Drawing {
  const Chart& chart;
  bool wide;
  Axis x_axis, y_axis;
  bool labels_at_end;
  double width, height;
  Box box;
  std::vector<Curve> curves;
  std::string out;

  template <class... Args>
  void write(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
  }
};

Drawing lay_out(const Chart& chart, ChartLayout layout) {
  const bool wide = layout == ChartLayout::kWide;
  const auto xs = gathered(chart, &Series::x);
  const auto ys = gathered(chart, &Series::y);
  Drawing d{.chart = chart,
            .wide = wide,
            .x_axis = Axis(xs, {.log = chart.log_x, .ticks = wide ? 8 : 4}),
            .y_axis = Axis(ys, {.log = chart.log_y, .padding = 0.05, .ticks = 6}),
            .labels_at_end = wide && chart.series.size() <= kMostEndLabels,
            .width = wide ? 760.0 : 380.0,
            .height = 0,
            .box = {},
            .curves = {},
            .out = {}};
  double label = 0;
  for (const Tick& tick : d.y_axis.ticks()) label = std::max(label, text_width(tick.label));
  d.box.left = label + 12;
  d.box.right = d.width - (d.labels_at_end && !chart.series.empty() ? end_label_width(chart.series) + 16 : 14);
  const int rows = d.labels_at_end ? 0 : legend_rows(chart.series, 0, d.width);
  d.box.top = 20.0 * rows + (rows > 0 ? 14 : 0) + 30;
  d.box.bottom = d.box.top + (wide ? 290 : 230);
  d.height = d.box.bottom + 50;
  for (const Series& s : chart.series) d.curves.push_back(trace_curve(s, d.x_axis, d.y_axis, d.box, chart));
  return d;
}

// The text for readers who cannot see the chart.
std::string description(const Drawing& d) {
  std::string text = fmt::format("Line chart of {} against {}.", d.chart.y_label, d.chart.x_label);
  for (std::size_t i = 0; i < d.curves.size(); ++i) {
    const Series& s = d.chart.series[i];
    const Curve& curve = d.curves[i];
    if (curve.drawn == 0) {
      text += fmt::format(" {}: no value to draw.", s.name);
      continue;
    }
    const std::size_t first = curve.runs.front().front().index;
    const std::size_t last = curve.runs.back().back().index;
    text += fmt::format(" {}: {} at {}", s.name, format_value(s.y[first]), format_value(s.x[first]));
    if (last != first) text += fmt::format(", {} at {}", format_value(s.y[last]), format_value(s.x[last]));
    text += curve.skipped == 0 ? "." : fmt::format("; {} left out.", curve.skipped);
  }
  if (!d.chart.note.empty()) text += " " + d.chart.note;
  return text;
}

void draw_frame(Drawing& d) {
  const Box& b = d.box;
  d.write("<g fill=\"none\" style=\"stroke:var(--grid,#e3e5e8)\">\n");
  for (const Tick& tick : d.y_axis.ticks()) {
    const double y = b.bottom - d.y_axis.position(tick.value) * (b.bottom - b.top);
    d.write("<path d=\"M{},{}H{}\"/>\n", coordinate(b.left), coordinate(y), coordinate(b.right));
  }
  d.write("</g>\n<path fill=\"none\" style=\"stroke:var(--muted,#59616b)\" d=\"M{},{}H{}\"/>\n", coordinate(b.left),
          coordinate(b.bottom), coordinate(b.right));
}

void draw_ticks(Drawing& d) {
  const Box& b = d.box;
  d.write("<g style=\"fill:var(--muted,#59616b)\" text-anchor=\"end\">\n");
  for (const Tick& tick : d.y_axis.ticks()) {
    const double y = b.bottom - d.y_axis.position(tick.value) * (b.bottom - b.top);
    d.write("<text x=\"{}\" y=\"{}\">{}</text>\n", coordinate(b.left - 8), coordinate(y + 4.5), tick.label);
  }
  d.write("</g>\n<g style=\"fill:var(--muted,#59616b);stroke:var(--muted,#59616b)\" text-anchor=\"middle\">\n");
  double free_from = -1e9;
  for (const Tick& tick : d.x_axis.ticks()) {
    const double x = b.left + d.x_axis.position(tick.value) * (b.right - b.left);
    d.write("<path d=\"M{},{}v5\"/>\n", coordinate(x), coordinate(b.bottom));
    const double half = text_width(tick.label) / 2;
    if (x - half < free_from) continue;
    free_from = x + half + 8;
    d.write("<text x=\"{}\" y=\"{}\" stroke=\"none\">{}</text>\n", coordinate(x), coordinate(b.bottom + 20),
            tick.label);
  }
  d.write("</g>\n<g style=\"fill:var(--ink,#1b1f24)\">\n");
  d.write("<text x=\"0\" y=\"{}\">{}</text>\n", coordinate(b.top - 16), escape(fitted(d.chart.y_label, d.width)));
  d.write("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n</g>\n", coordinate(b.right),
          coordinate(b.bottom + 42), escape(fitted(d.chart.x_label, b.right)));
}

void draw_curve(Drawing& d, std::size_t k) {
  const Curve& curve = d.curves[k];
  if (curve.drawn == 0) return;
  const Series& series = d.chart.series[k];
  const std::size_t look = look_of(series, k);
  d.write("<g class=\"series\"{} fill=\"none\" style=\"stroke:{}\" stroke-linejoin=\"round\" stroke-linecap=\"round\">",
          run_attribute(series.run), series_colour(look));
  d.write("<path stroke-width=\"{}\"{} d=\"{}\"/>", curve.drawn > kDense ? 1.4 : 2.0, dash_attribute(series, look),
          path_data(curve));
  d.write("<path style=\"fill:{};stroke:var(--paper,#fff)\" stroke-width=\"1.4\" d=\"{}\"/></g>\n", series_colour(look),
          marker_data(curve, look));
}

// Dashed lines are drawn over solid ones, so that both are visible if they coincide; the first series, usually the
// subject of the chart, is drawn last of its kind.
void draw_curves(Drawing& d) {
  for (const bool dashed : {false, true})
    for (std::size_t k = d.curves.size(); k-- > 0;)
      if (d.chart.series[k].dashed == dashed) draw_curve(d, k);
}

bool is_empty(const Drawing& d) {
  return std::all_of(d.curves.begin(), d.curves.end(), [](const Curve& c) { return c.drawn == 0; });
}

}  // namespace

std::string svg_chart(const Chart& chart, ChartLayout layout) {
  check(chart);
  Drawing d = lay_out(chart, layout);
  d.write(
      "<svg class=\"chart {}\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" role=\"img\" "
      "font-family=\"system-ui,sans-serif\" font-size=\"13\">\n<title>{}</title>\n<desc>{}</desc>\n",
      d.wide ? "wide" : "narrow", coordinate(d.width), coordinate(d.height), escape(chart.title),
      escape(description(d)));
  if (is_empty(d)) {
    d.write("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" style=\"fill:var(--muted,#59616b)\">{}</text>\n",
            coordinate((d.box.left + d.box.right) / 2), coordinate((d.box.top + d.box.bottom) / 2), "no value to draw");
  }
  draw_frame(d);
  draw_ticks(d);
  draw_curves(d);
  d.write("<g style=\"fill:var(--ink,#1b1f24)\">\n{}</g>\n",
          d.labels_at_end ? end_labels(chart.series, d.curves, d.box) : legend(chart.series, 0, d.width, 0));
  // Telephones have no pointer to hover with.
  if (d.wide && !is_empty(d))
    d.out +=
        hover_bands(chart, d.curves, d.box, std::clamp<std::size_t>(kMostTips / chart.series.size(), 12, kMostBands));
  return d.out + "</svg>\n";
}

}  // namespace prenorm::html
