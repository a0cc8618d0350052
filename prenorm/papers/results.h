// The results of an experiment: checks that pass or fail, figures, heat maps and notes, from which pages and JSON files
// are written.
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
  bool theory = false;       // a prediction, drawn dashed in the colour of the previous curve
};

struct Figure {
  std::string title;
  std::string x_label, y_label;  // quantity and unit
  bool log_x = false, log_y = false;
  std::vector<Curve> curves;
  std::string note;  // what readers should know
};

struct HeatMap {
  std::string title, x_label, y_label, value_label;
  std::vector<std::string> x, y;  // names of columns and of rows, from the top
  std::vector<double> values;     // row by row; NaN leaves a cell empty
  bool log = false;
  std::string note;
};

struct Results {
  std::vector<Check> checks;
  std::vector<Figure> figures;
  std::vector<HeatMap> heat_maps;
  std::vector<std::string> notes;  // one sentence each

  bool pass() const;
};

// {checks, figures, heat_maps, notes}
nlohmann::ordered_json to_json(const Results& results);
// Errors: JsonError.
Results results_from_json(const nlohmann::json& json);

}  // namespace prenorm::papers
