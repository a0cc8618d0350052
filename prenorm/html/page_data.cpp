#include "prenorm/html/page_data.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "prenorm/base/json_text.h"
#include "prenorm/html/legend.h"

namespace prenorm::html {
namespace {

class Writer {
 public:
  void operator()(const KeyedChart& keyed) {
    const Chart& chart = *keyed.chart;
    put("{{\"key\":{},\"xLabel\":{},\"yLabel\":{},\"logX\":{},\"logY\":{},\"series\":", text(keyed.key),
        text(chart.x_label), text(chart.y_label), chart.log_x, chart.log_y);
    std::size_t index = 0;
    list(chart.series, [&](const Series& s) {
      put("{{\"name\":{},", text(s.name));
      if (!s.run.empty()) put("\"run\":{},", text(s.run));
      if (s.dashed) put("\"dashed\":true,");
      put("\"look\":{},\"x\":", look_of(s, index++));
      numbers(s.x, 9);
      put(",\"y\":");
      numbers(s.y, 6);
      put("}}");
    });
    put("}}");
  }

  void operator()(const KeyedHeatMap& keyed) {
    const HeatMap& map = *keyed.map;
    put("{{\"key\":{},\"xLabel\":{},\"yLabel\":{},\"x\":", text(keyed.key), text(map.x_label), text(map.y_label));
    list(map.x, [&](const std::string& name) { put("{}", text(name)); });
    put(",\"y\":");
    list(map.y, [&](const std::string& name) { put("{}", text(name)); });
    put(",\"panels\":");
    list(map.panels, [&](const HeatPanel& panel) {
      put("{{\"name\":{},\"values\":", text(panel.name));
      numbers(panel.values, 4);
      put("}}");
    });
    put("}}");
  }

  template <class T, class Each>
  void list(const std::vector<T>& items, const Each& each) {
    out_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ',';
      each(items[i]);
    }
    out_ += ']';
  }

  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  std::string take() { return std::move(out_); }

 private:
  void numbers(std::span<const double> values, int digits) {
    out_ += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out_ += ',';
      if (std::isfinite(values[i]))
        put("{:.{}g}", values[i], digits);
      else
        out_ += "null";
    }
    out_ += ']';
  }

  // "<" is written as \u003c, so that no text can end the element.
  static std::string text(std::string_view plain) {
    const std::string quoted = json_text(nlohmann::json(plain));
    std::string out;
    for (const char c : quoted) out += c == '<' ? std::string("\\u003c") : std::string(1, c);
    return out;
  }

  std::string out_;
};

}  // namespace

std::string page_data(const std::vector<KeyedChart>& charts, const std::vector<KeyedHeatMap>& heats) {
  Writer writer;
  writer.put("{{\"charts\":");
  writer.list(charts, [&](const KeyedChart& chart) { writer(chart); });
  writer.put(",\"heats\":");
  writer.list(heats, [&](const KeyedHeatMap& map) { writer(map); });
  writer.put("}}");
  return writer.take();
}

}  // namespace prenorm::html
