// Advice as text and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "prenorm/advice/advice.h"

namespace prenorm::advice {

// The warm-up of the paper (Xiong et al. 2020, section 3.2), which found Post-LN with 500 updates of warm-up far worse.
inline constexpr int kWarmupAdvised = 4000;

std::string_view verdict_of(const Advice& advice);  // "starts safely at this rate" or "needs warm-up"
std::string to_text(const Advice& advice);
nlohmann::ordered_json to_json(const Advice& advice);

}  // namespace prenorm::advice
