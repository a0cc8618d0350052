#include "prenorm/html/hover.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "prenorm/html/axis.h"
#include "prenorm/html/escape.h"

namespace prenorm::html {
namespace {

// The centres of the bands: the places of points, thinned to `limit` of them.
std::vector<double> places(const std::vector<Curve>& curves, std::size_t limit) {
  std::vector<double> xs;
  for (const Curve& curve : curves)
    for (const auto& run : curve.runs)
      for (const CurvePoint& p : run) xs.push_back(p.x);
  std::sort(xs.begin(), xs.end());
  xs.erase(std::unique(xs.begin(), xs.end(), [](double a, double b) { return b - a < 0.05; }), xs.end());
  if (xs.size() <= limit) return xs;
  std::vector<double> kept;
  for (std::size_t i = 0; i < limit; ++i) kept.push_back(xs[i * (xs.size() - 1) / (limit - 1)]);
  return kept;
}

const CurvePoint* nearest(const Curve& curve, double x, double from, double to) {
  const CurvePoint* best = nullptr;
  for (const auto& run : curve.runs)
    for (const CurvePoint& p : run)
      if (p.x >= from && p.x <= to && (best == nullptr || std::abs(p.x - x) < std::abs(best->x - x))) best = &p;
  return best;
}

std::string tooltip(const Chart& chart, const std::vector<Curve>& curves, double x, double from, double to) {
  std::string head;
  std::string lines;
  double distance = 0;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const CurvePoint* p = nearest(curves[i], x, from, to);
    if (p == nullptr) continue;
    const Series& series = chart.series[i];
    if (head.empty() || std::abs(p->x - x) < distance) {
      head = fmt::format("{} {}", chart.x_label, format_value(series.x[p->index]));
      distance = std::abs(p->x - x);
    }
    lines += fmt::format("\n{}: {}", series.name, format_value(series.y[p->index]));
  }
  return escape(head + lines);
}

}  // namespace

std::string hover_bands(const Chart& chart, const std::vector<Curve>& curves, const Box& box, std::size_t limit) {
  const std::vector<double> xs = places(curves, limit);
  std::string out = "<g fill=\"transparent\">\n";
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const double from = i == 0 ? box.left : (xs[i - 1] + xs[i]) / 2;
    const double to = i + 1 == xs.size() ? box.right : (xs[i] + xs[i + 1]) / 2;
    fmt::format_to(std::back_inserter(out),
                   "<g class=\"hover\"><title>{}</title><path d=\"M{},{}H{}V{}H{}z\"/>"
                   "<path class=\"cursor\" opacity=\"0\" d=\"M{},{}V{}\"/></g>\n",
                   tooltip(chart, curves, xs[i], from, to), coordinate(from), coordinate(box.top), coordinate(to),
                   coordinate(box.bottom), coordinate(from), coordinate(xs[i]), coordinate(box.top),
                   coordinate(box.bottom));
  }
  return out + "</g>\n";
}

}  // namespace prenorm::html
