// What checks have in common.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "prenorm/papers/check.h"
#include "prenorm/papers/extremes.h"
#include "prenorm/papers/no_shortcuts/initializations.h"

namespace prenorm::papers::no_shortcuts {

inline constexpr double kUnbounded = std::numeric_limits<double>::infinity();

using CheckSetting = std::vector<std::pair<std::string, double>>;

// The prefix of the names of checks: "e_spa_".
inline std::string check_prefix(Method method) {
  switch (method) {
    case Method::kPlain: return "plain_";
    case Method::kUniform: return "u_spa_";
    case Method::kExponential: return "e_spa_";
    case Method::kValueSkip: return "v_skip_init_";
  }
  return {};
}

inline CheckSetting layers_setting(const Network& network) {
  return {{"layers", static_cast<double>(network.setting.layers)}};
}

// f of each seed.
template <class Function>
std::vector<double> each_seed(const Network& network, const Function& f) {
  std::vector<double> values;
  for (const Initialization& seed : network.seeds) values.push_back(f(seed));
  return values;
}

inline double last_cosine(const Initialization& i) { return i.profile.mean_cosine.back(); }

}  // namespace prenorm::papers::no_shortcuts
