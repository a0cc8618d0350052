#include "prenorm/html/curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace prenorm::html {
namespace {

// Curves of at most this many points have a mark on each; longer ones have about kSparseMarks in total.
constexpr std::size_t kMarkEach = 24;
constexpr std::size_t kSparseMarks = 6;
constexpr double kMarkRadius = 4;
// Only the first, lowest, highest and last point within this width are drawn.
constexpr double kColumn = 2;

void line_to(std::string& out, const CurvePoint& p, bool start) {
  fmt::format_to(std::back_inserter(out), "{}{},{}",
                 start               ? "M"
                 : out.back() == 'M' ? ""
                                     : " ",
                 coordinate(p.x), coordinate(p.y));
}

// First, lowest, highest and last of the points in [from, to), in order.
void thin_out(const std::vector<CurvePoint>& run, std::size_t from, std::size_t to, std::vector<CurvePoint>& out) {
  const auto first = run.begin() + static_cast<std::ptrdiff_t>(from);
  const auto last = run.begin() + static_cast<std::ptrdiff_t>(to);
  const auto [low, high] =
      std::minmax_element(first, last, [](const CurvePoint& a, const CurvePoint& b) { return a.y < b.y; });
  std::vector<std::vector<CurvePoint>::const_iterator> kept{first, std::min(low, high), std::max(low, high), last - 1};
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  for (const auto& p : kept) out.push_back(*p);
}

std::vector<CurvePoint> thinned(const std::vector<CurvePoint>& run) {
  std::vector<CurvePoint> out;
  for (std::size_t from = 0; from < run.size();) {
    std::size_t to = from + 1;
    while (to < run.size() && std::floor(run[to].x / kColumn) == std::floor(run[from].x / kColumn)) ++to;
    thin_out(run, from, to, out);
    from = to;
  }
  return out;
}

}  // namespace

std::string coordinate(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

Curve trace_curve(const Series& series, const Axis& x_axis, const Axis& y_axis, const Box& box, const Chart& chart) {
  Curve curve;
  bool in_run = false;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    const double x = series.x[i];
    const double y = series.y[i];
    if (!is_drawable(x, chart.log_x) || !is_drawable(y, chart.log_y)) {
      ++curve.skipped;
      in_run = false;
      continue;
    }
    if (!in_run) curve.runs.emplace_back();
    in_run = true;
    ++curve.drawn;
    curve.runs.back().push_back({box.left + x_axis.position(x) * (box.right - box.left),
                                 box.bottom - y_axis.position(y) * (box.bottom - box.top), i});
  }
  return curve;
}

std::string path_data(const Curve& curve) {
  std::string out;
  for (const auto& run : curve.runs) {
    const std::vector<CurvePoint> points = thinned(run);
    for (std::size_t i = 0; i < points.size(); ++i) line_to(out, points[i], i == 0);
    // A point between two gaps: a line of zero length, which round ends turn into a dot.
    if (points.size() == 1) out += "h0";
  }
  return out;
}

std::string marker_data(double x, double y, std::size_t index) {
  const double r = kMarkRadius;
  const auto at = [&](double dx, double dy) { return coordinate(x + dx * r) + "," + coordinate(y + dy * r); };
  switch (index % 6) {
    case 0:
      return fmt::format("M{}a{r},{r} 0 1 0 {d},0a{r},{r} 0 1 0 -{d},0z", at(-1, 0), fmt::arg("r", r),
                         fmt::arg("d", 2 * r));
    case 1: return fmt::format("M{} {} {} {}z", at(-0.9, -0.9), at(0.9, -0.9), at(0.9, 0.9), at(-0.9, 0.9));
    case 2: return fmt::format("M{} {} {}z", at(0, -1.2), at(1.1, 0.8), at(-1.1, 0.8));
    case 3: return fmt::format("M{} {} {} {}z", at(0, -1.3), at(1.1, 0), at(0, 1.3), at(-1.1, 0));
    case 4: return fmt::format("M{} {} {}z", at(0, 1.2), at(1.1, -0.8), at(-1.1, -0.8));
    default: {
      const std::string a = coordinate(0.8 * r);
      return fmt::format("M{}h{a}v{a}h{a}v{a}h-{a}v{a}h-{a}v-{a}h-{a}v-{a}h{a}z", at(-0.4, -1.2), fmt::arg("a", a));
    }
  }
}

std::string marker_data(const Curve& curve, std::size_t index) {
  const bool each = curve.drawn <= kMarkEach;
  const std::size_t stride = each ? 1 : curve.drawn / kSparseMarks;
  // Marks of different series are offset, even if their lines coincide.
  const std::size_t offset = each ? 0 : (2 * index + 1) * stride / 12 % stride;
  std::string out;
  std::size_t number = 0;
  for (const auto& run : curve.runs)
    for (const CurvePoint& p : run)
      if (number++ % stride == offset) out += marker_data(p.x, p.y, index);
  return out;
}

}  // namespace prenorm::html
