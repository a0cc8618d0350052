// The recursion's verdict as text and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/probe/trainability.h"

namespace prenorm::probe {

// "encoder: trainable (cosine of tokens at its end 0.412; ...)", one line without its end.
std::string to_text(const StackVerdict& verdict);
// {verdict, stacks: [...]}, and what recursion_json() wrote read back. Errors: JsonError.
nlohmann::ordered_json recursion_json(const std::vector<StackVerdict>& stacks);
std::vector<StackVerdict> recursion_from_json(const nlohmann::json& json);

}  // namespace prenorm::probe
