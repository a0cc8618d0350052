// A probe in text and JSON. Numbers carry unit and reduction in their names; confidence intervals are 95 %, over seeds.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "prenorm/lab/probe.h"

namespace prenorm::lab {

nlohmann::ordered_json to_json(const Probe& probe);

// Of one model of each placement: its layers. Of several: a line each, exponents and ratios.
std::string report_of(const Probe& probe);

}  // namespace prenorm::lab
