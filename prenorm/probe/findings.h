// What a probe found, as `prenorm probe --json` prints it and pages read it back.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/probe/probe_summary.h"

namespace prenorm::probe {

struct Findings {
  std::string where;
  bool simplified = false;
  std::int64_t batches_of_each_seed = 0;
  std::vector<ModelSummary> models;  // their configurations hold placement, layers, widths and heads alone
  std::vector<Fit> fits;
  std::vector<Ratio> ratios;
};

// Errors: JsonError.
Findings findings_from_json(const nlohmann::json& json);

}  // namespace prenorm::probe
