// The largest stable learning rate of several settings, found by bisection with cells of a study.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/studies/rate_search.h"
#include "prenorm/studies/study.h"

namespace prenorm::studies {

// One combination of the other keys.
struct SearchedSetting {
  std::string name;                 // its keys: "model.norm_placement=pre_ln,schedule.warmup_steps=640", or "base"
  std::vector<std::string> values;  // one per key in LrSearch::keys
  RateSearch search;
};

struct LrSearch {
  std::vector<std::string> keys;
  std::vector<SearchedSetting> settings;
  StudyOutcome study;  // after the last cells; see run_study()
};

// `axes` describe the settings and must not contain optim.lr. Without schedule.warmup_steps, each setting is searched
// without warm-up and with the warm-up of `base` or, if that has none, a quarter of train.max_steps, at most 4000
// updates. The searches start at optim.lr. One cell of each is trained at a time, so a resumed search finds its earlier
// trials. Losses are those of validation after train.max_steps, without label smoothing. Ends early if cells fail or a
// signal comes. Errors: as run_study(); UsageError if there is no validation text.
LrSearch find_lr(const LoadedConfig& base, std::vector<GridAxis> axes, const StudyOptions& options);

std::string to_text(const LrSearch& search);
nlohmann::ordered_json to_json(const LrSearch& search);

}  // namespace prenorm::studies
