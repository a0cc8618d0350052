// The theory of Xiong et al. 2020 as checks that pass or fail: Lemmas 1 to 3, Theorem 1, the order of both placements,
// and the profile over the layers of a decoder (docs/papers/xiong2020.md). All measurements use the modules that are
// trained, in the setting of the proofs (probe/simplified_setting.h) and, for the profile, in an encoder-decoder.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "prenorm/config/model_config.h"
#include "prenorm/papers/check.h"

namespace prenorm::papers::xiong2020 {

struct TheoryOptions {
  std::vector<std::int64_t> widths{128, 256};
  std::vector<std::int64_t> depths{6, 8, 10, 12, 14, 20, 28, 38, 48};
  std::int64_t seeds = 10;
  std::uint64_t first_seed = 1;             // seed of the models and of the random values of the lemmas
  std::int64_t length = 16, sequences = 4;  // per seed
  // The placements that are measured as Post-LN and Pre-LN. Tests set others to see which checks fail.
  NormPlacement post = NormPlacement::kPostLn, pre = NormPlacement::kPreLn;
};

std::vector<Check> check_theory(const TheoryOptions& options);

// The setting of a check.
std::vector<std::pair<std::string, double>> at_width(std::int64_t d_model);

// The output of `prenorm probe --theory`: {name, source, d_model, measured, predicted, tolerance, accepted, pass, what}
// for each check, and a table with one line per check.
nlohmann::ordered_json theory_json(const std::vector<Check>& checks);
// Reads it again; the sources then name the paper. Errors: JsonError.
std::vector<Check> theory_from_json(const nlohmann::json& json);
std::string theory_table(const std::vector<Check>& checks);

}  // namespace prenorm::papers::xiong2020
