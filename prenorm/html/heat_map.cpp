#include "prenorm/html/heat_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "prenorm/base/error.h"
#include "prenorm/html/axis.h"
#include "prenorm/html/colour_scale.h"
#include "prenorm/html/escape.h"

namespace prenorm::html {
namespace {

constexpr int kLevels = 48;
constexpr std::size_t kMostTicks = 5;

void check(const HeatMap& map) {
  for (const HeatPanel& panel : map.panels)
    if (panel.values.size() != map.x.size() * map.y.size() ||
        (!panel.texts.empty() && panel.texts.size() != panel.values.size()))
      throw_error<Error>("heat map '{}': panel '{}' has {} values for {} x {} cells; give one for each", map.title,
                         panel.name, panel.values.size(), map.x.size(), map.y.size());
}

std::vector<double> all_values(const HeatMap& map) {
  std::vector<double> all;
  for (const HeatPanel& panel : map.panels) all.insert(all.end(), panel.values.begin(), panel.values.end());
  return all;
}

class Writer {
 public:
  explicit Writer(const HeatMap& map) : map_(map), scale_(all_values(map), map.log, map.low_is_bright) {}

  std::string html() {
    write("<div class=\"heat-panels\">\n");
    const bool table = map_.x.size() <= kMostTableColumns;
    for (const HeatPanel& panel : map_.panels) table ? draw_table(panel) : draw_cells(panel);
    write("</div>\n");
    if (scale_.high() > scale_.low()) draw_scale();
    return std::move(out_);
  }

 private:
  void draw_table(const HeatPanel& panel) {
    const std::string name = panel.name.empty() ? map_.title : panel.name;
    write(
        "<div class=\"heat-panel\"><div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\"><table "
        "class=\"heat\">\n<caption>{0}</caption>\n<thead><tr><td class=\"corner\">{1}</td><th scope=\"colgroup\" "
        "colspan=\"{2}\">{3}</th></tr>\n<tr><td></td>",
        escape(name), escape(map_.y_label), std::max<std::size_t>(1, map_.x.size()), escape(map_.x_label));
    for (const std::string& x : map_.x) write("<th scope=\"col\">{}</th>", escape(x));
    write("</tr></thead>\n<tbody>\n");
    for (std::size_t row = 0; row < map_.y.size(); ++row) {
      write("<tr><th scope=\"row\">{}</th>", escape(map_.y[row]));
      for (std::size_t column = 0; column < map_.x.size(); ++column) table_cell(panel, row * map_.x.size() + column);
      write("</tr>\n");
    }
    write("</tbody></table></div></div>\n");
  }

  void table_cell(const HeatPanel& panel, std::size_t i) {
    const std::string text = panel.texts.empty() ? "" : panel.texts[i];
    if (!scale_.shows(panel.values[i])) {
      write("<td class=\"{}\">{}</td>", text.empty() ? "none" : "marked", text.empty() ? "–" : escape(text));
      return;
    }
    const double share = scale_.share(panel.values[i]);
    write("<td style=\"background:{};color:{}\">{}</td>", scale_colour(share), text_on(share),
          escape(text.empty() ? format_value(panel.values[i]) : text));
  }

  void draw_cells(const HeatPanel& panel) {
    write("<div class=\"heat-panel\">");
    if (!panel.name.empty()) write("<p class=\"panel-name\">{}</p>\n", escape(panel.name));
    write("<div class=\"heat-grid\"><div class=\"heat-y\" aria-hidden=\"true\">");
    for (const std::string& y : map_.y) write("<span>{}</span>", escape(y));
    write(
        "</div>\n<div class=\"cells-box\"><svg class=\"cells\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} "
        "{}\" preserveAspectRatio=\"none\" shape-rendering=\"crispEdges\" role=\"img\" style=\"height:{}rem\">"
        "<title>{}</title><desc>{}</desc>\n",
        map_.x.size(), map_.y.size(), fmt::format("{:.4g}", 1.3 * static_cast<double>(map_.y.size())),
        escape(panel.name.empty() ? map_.title : map_.title + ", " + panel.name), escape(description(panel)));
    for (int level = 0; level < kLevels; ++level) draw_level(panel, level);
    write("</svg></div>\n<div class=\"heat-x\" aria-hidden=\"true\">");
    const std::size_t ticks = std::min(kMostTicks, map_.x.size());
    for (std::size_t k = 0; k < ticks; ++k)
      write("<span>{}</span>", escape(map_.x[k * (map_.x.size() - 1) / std::max<std::size_t>(1, ticks - 1)]));
    write("</div><p class=\"heat-label\" aria-hidden=\"true\">{}</p></div></div>\n", escape(map_.x_label));
  }

  int level_of(double value) const {
    if (!scale_.shows(value)) return -1;
    return std::min(kLevels - 1, static_cast<int>(scale_.share(value) * kLevels));
  }

  // The cells of one colour as one path; neighbouring cells in a row form one rectangle.
  void draw_level(const HeatPanel& panel, int level) {
    std::string path;
    const std::size_t columns = map_.x.size();
    for (std::size_t row = 0; row < map_.y.size(); ++row)
      for (std::size_t from = 0; from < columns;) {
        std::size_t to = from;
        while (to < columns && level_of(panel.values[row * columns + to]) == level) ++to;
        if (to > from) fmt::format_to(std::back_inserter(path), "M{0},{1}h{2}v1h-{2}z", from, row, to - from);
        from = std::max(to, from + 1);
      }
    if (!path.empty()) write("<path fill=\"{}\" d=\"{}\"/>\n", scale_colour((level + 0.5) / kLevels), path);
  }

  // The text for readers who cannot see the cells: each row's first and last value.
  std::string description(const HeatPanel& panel) const {
    std::string text = fmt::format("Heat map of {} over {}.", map_.value_label, map_.x_label);
    const std::size_t columns = map_.x.size();
    for (std::size_t row = 0; row < map_.y.size(); ++row) {
      std::vector<double> shown;
      for (std::size_t i = row * columns; i < (row + 1) * columns; ++i)
        if (scale_.shows(panel.values[i])) shown.push_back(panel.values[i]);
      if (shown.empty()) continue;
      text += fmt::format(" {}: {} at the start, {} at the end.", map_.y[row], format_value(shown.front()),
                          format_value(shown.back()));
    }
    return text;
  }

  void draw_scale() {
    write(
        "<p class=\"scale\"><span>{}</span><span class=\"bar\" style=\"background:{}\"></span><span>{}</span> "
        "<span class=\"what\">{}{}</span></p>\n",
        format_value(scale_.low()), scale_gradient(map_.low_is_bright), format_value(scale_.high()),
        escape(map_.value_label), map_.log ? ", logarithmic" : "");
  }

  template <class... Args>
  void write(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  const HeatMap& map_;
  ColourScale scale_;
  std::string out_;
};

}  // namespace

std::string heat_map_html(const HeatMap& map) {
  check(map);
  return Writer(map).html();
}

}  // namespace prenorm::html
