// The theory of Xiong et al. 2020 as checks that pass or fail: Lemmas 1 to 3, Theorem 1, the order of both placements,
// and the profile over layers in a real decoder (docs/probe.md#the-theory-as-checks). Everything is measured on the
// modules that train, in the setting of the proofs (probe/simplified_setting.h) and, for the profile, on an
// encoder-decoder.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/config/model_config.h"
#include "prenorm/probe/predictions.h"

namespace prenorm::papers {

struct Check {
  std::string name;
  std::string source;  // lemma, theorem, section
  std::int64_t d_model = 0;
  double measured = 0, predicted = 0;
  probe::Interval accepted;
  std::string what;  // one line on what `measured` is

  bool pass() const { return accepted.contains(measured); }  // false for NaN
};

struct TheoryOptions {
  std::vector<std::int64_t> widths{128, 256};
  std::vector<std::int64_t> depths{6, 8, 10, 12, 14, 20, 28, 38, 48};
  std::int64_t seeds = 10;
  std::uint64_t first_seed = 1;             // of models, and of what the lemmas draw
  std::int64_t length = 16, sequences = 4;  // of each seed
  // What stands for "post" and "pre": others, to see which checks they fail.
  NormPlacement post = NormPlacement::kPostLn, pre = NormPlacement::kPreLn;
};

std::vector<Check> check_theory(const TheoryOptions& options);

// {name, source, d_model, measured, predicted, tolerance, accepted, pass, what} each.
nlohmann::ordered_json to_json(const std::vector<Check>& checks);
// A line each, for people.
std::string table_of(const std::vector<Check>& checks);

}  // namespace prenorm::papers
