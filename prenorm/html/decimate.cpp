#include "prenorm/html/decimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "prenorm/html/axis.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::html {
namespace {

constexpr std::size_t kFewestIntervals = 100, kMostIntervals = 1000;

// The points of an interval that are kept.
struct Kept {
  std::optional<std::size_t> low, high, gap;

  void add(const Series& s, std::size_t i) {
    if (!std::isfinite(s.y[i])) {
      if (!gap) gap = i;
      return;
    }
    if (!low || s.y[i] < s.y[*low]) low = i;
    if (!high || s.y[i] > s.y[*high]) high = i;
  }

  void put(std::set<std::size_t>& indices) const {
    for (const auto& i : {low, high, gap})
      if (i) indices.insert(*i);
  }
};

}  // namespace

Series decimated(const Series& series, std::size_t intervals, bool log_x) {
  const std::size_t n = series.x.size();
  if (n <= 2 * intervals) return series;
  const auto place = [&](double x) { return log_x ? std::log(std::max(x, 1e-300)) : x; };
  const double first = place(series.x.front());
  const double width = (place(series.x.back()) - first) / static_cast<double>(intervals);
  const auto interval_of = [&](std::size_t i) {
    const double at = width > 0 ? (place(series.x[i]) - first) / width : 0;
    return std::isfinite(at) ? std::min(intervals - 1, static_cast<std::size_t>(std::max(0.0, at))) : 0;
  };
  std::set<std::size_t> indices{0, n - 1};
  Kept kept;
  std::size_t current = interval_of(0);
  for (std::size_t i = 0; i < n; ++i) {
    if (const std::size_t interval = interval_of(i); interval != current) {
      kept.put(indices);
      kept = {};
      current = interval;
    }
    kept.add(series, i);
  }
  kept.put(indices);
  Series out = series;
  out.x.clear();
  out.y.clear();
  for (const std::size_t i : indices) {
    out.x.push_back(series.x[i]);
    out.y.push_back(series.y[i]);
  }
  return out;
}

void limit_points(Chart& chart, std::size_t points) {
  if (chart.series.empty()) return;
  const std::size_t intervals = std::clamp(points / 2 / chart.series.size(), kFewestIntervals, kMostIntervals);
  std::size_t longest = 0;
  for (Series& series : chart.series) {
    if (series.x.size() <= 2 * intervals) continue;
    longest = std::max(longest, series.x.size());
    series = decimated(series, intervals, chart.log_x);
  }
  if (longest == 0) return;
  if (!chart.note.empty()) chart.note += ' ';
  chart.note +=
      fmt::format("Lines have up to {} points; the lowest and highest in each of {} intervals are shown.",
                  format_count(static_cast<std::int64_t>(longest)), format_count(static_cast<std::int64_t>(intervals)));
}

}  // namespace prenorm::html
