// A probe as text and JSON. Numbers have unit and reduction in their names; confidence intervals are 95 %, over seeds.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "prenorm/probe/probe.h"

namespace prenorm::probe {

// "post_ln, 6+6 layers, d_model 512"
std::string name_of(const ModelConfig& model);

nlohmann::ordered_json to_json(const Probe& probe);

// For one model of each placement, its layers; for several, one line each, exponents and ratios.
std::string report_of(const Probe& probe);

}  // namespace prenorm::probe
