// What an experiment found: checks that pass or fail, figures, heat maps and notes. Pages and JSON files are written
// from it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/papers/check.h"

namespace prenorm::papers {

// One line of a figure. NaN leaves a gap.
struct Curve {
  std::string name;
  std::vector<double> x, y;  // of equal length
  bool theory = false;       // what theory predicts, drawn dashed in the colour of the curve before it
};

struct Figure {
  std::string title;
  std::string x_label, y_label;  // quantity and unit
  bool log_x = false, log_y = false;
  std::vector<Curve> curves;
  std::string note;  // what to know when reading it
};

struct HeatMap {
  std::string title, x_label, y_label, value_label;
  std::vector<std::string> x, y;  // columns; rows, the first at the top
  std::vector<double> values;     // row after row; NaN leaves a cell empty
  bool log = false;
  std::string note;
};

struct Results {
  std::vector<Check> checks;
  std::vector<Figure> figures;
  std::vector<HeatMap> heat_maps;
  std::vector<std::string> notes;  // a sentence each

  bool pass() const;
};

// {checks, figures, heat_maps, notes}
nlohmann::ordered_json to_json(const Results& results);
// Errors: JsonError.
Results results_from_json(const nlohmann::json& json);

}  // namespace prenorm::papers
