#include "prenorm/papers/results.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "prenorm/papers/json.h"

namespace prenorm::papers {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json to_json(const Curve& c) {
  return {{"name", c.name}, {"x", numbers_to_json(c.x)}, {"y", numbers_to_json(c.y)}, {"theory", c.theory}};
}

Curve curve_from_json(const json& c) {
  Curve curve{field<std::string>(c, "name"), numbers_field(c, "x"), numbers_field(c, "y"), field<bool>(c, "theory")};
  if (curve.x.size() != curve.y.size())
    throw_error<JsonError>("the curve '{}' has {} x and {} y values", curve.name, curve.x.size(), curve.y.size());
  return curve;
}

ordered_json to_json(const Figure& f) {
  auto curves = ordered_json::array();
  for (const Curve& curve : f.curves) curves.push_back(to_json(curve));
  return {{"title", f.title}, {"x_label", f.x_label}, {"y_label", f.y_label}, {"log_x", f.log_x},
          {"log_y", f.log_y}, {"curves", curves},     {"note", f.note}};
}

Figure figure_from_json(const json& f) {
  Figure figure{field<std::string>(f, "title"), field<std::string>(f, "x_label"), field<std::string>(f, "y_label"),
                field<bool>(f, "log_x"),        field<bool>(f, "log_y"),          {},
                field<std::string>(f, "note")};
  for (const json& curve : field<std::vector<json>>(f, "curves")) figure.curves.push_back(curve_from_json(curve));
  return figure;
}

ordered_json to_json(const HeatMap& m) {
  return {{"title", m.title},
          {"x_label", m.x_label},
          {"y_label", m.y_label},
          {"value_label", m.value_label},
          {"x", m.x},
          {"y", m.y},
          {"values", numbers_to_json(m.values)},
          {"log", m.log},
          {"note", m.note}};
}

HeatMap heat_map_from_json(const json& m) {
  HeatMap map{field<std::string>(m, "title"),
              field<std::string>(m, "x_label"),
              field<std::string>(m, "y_label"),
              field<std::string>(m, "value_label"),
              field<std::vector<std::string>>(m, "x"),
              field<std::vector<std::string>>(m, "y"),
              numbers_field(m, "values"),
              field<bool>(m, "log"),
              field<std::string>(m, "note")};
  if (map.values.size() != map.x.size() * map.y.size())
    throw_error<JsonError>("the heat map '{}' has {} values for {} columns and {} rows", map.title, map.values.size(),
                           map.x.size(), map.y.size());
  return map;
}

template <class T>
ordered_json list_of(const std::vector<T>& items) {
  auto list = ordered_json::array();
  for (const T& item : items) list.push_back(to_json(item));
  return list;
}

}  // namespace

bool Results::pass() const {
  return std::all_of(checks.begin(), checks.end(), [](const Check& c) { return c.pass(); });
}

ordered_json to_json(const Results& r) {
  return {{"checks", list_of(r.checks)},
          {"figures", list_of(r.figures)},
          {"heat_maps", list_of(r.heat_maps)},
          {"notes", r.notes}};
}

Results results_from_json(const json& r) {
  Results results;
  for (const json& check : field<std::vector<json>>(r, "checks")) results.checks.push_back(check_from_json(check));
  for (const json& figure : field<std::vector<json>>(r, "figures")) results.figures.push_back(figure_from_json(figure));
  for (const json& map : field<std::vector<json>>(r, "heat_maps")) results.heat_maps.push_back(heat_map_from_json(map));
  results.notes = field<std::vector<std::string>>(r, "notes");
  return results;
}

}  // namespace prenorm::papers
