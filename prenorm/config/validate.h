// Rules between keys; the range of a single key is checked when it is read (load.h).
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "prenorm/config/config.h"

namespace prenorm {

namespace config {

struct Rule {
  std::vector<std::string_view> keys;  // the error shows their values
  std::string_view requirement;
  bool (*holds)(const Config&);
};

// In the order in which they are checked.
std::span<const Rule> rules();

}  // namespace config

// Errors: UsageError that states the first broken rule and the values of its keys.
void validate(const Config& config);

}  // namespace prenorm
