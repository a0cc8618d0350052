// A configuration in the formats that people and other programs read: TOML, JSON, the list of keys, and the origin of
// each value.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/config/load.h"

namespace prenorm {

enum class HelpComments : bool { kNo, kYes };

// Every key, including defaults; load_config_text() reads back exactly the same values.
std::string to_toml(const Config& config, HelpComments comments = HelpComments::kNo);

// {"model": {"d_model": 256, ...}, ...}
nlohmann::json to_json(const Config& config);

// Each key with its value and origin, in aligned columns.
std::string explain(const LoadedConfig& loaded);

// Keys for help and shell completion, in the order of declaration.
struct KeyInfo {
  std::string key;            // "model.d_model"
  std::string type;           // "integer", "number", "true or false", "text" or "choice"
  std::string default_value;  // as in TOML
  std::string range;          // "2 to 65536"; empty for text and booleans
  std::vector<std::string> choices;
  std::string help;
};
std::vector<KeyInfo> all_keys();

// examples/reference.toml: every key with default and help.
std::string reference_toml();
// docs/configuration.md.
std::string reference_markdown();

}  // namespace prenorm
