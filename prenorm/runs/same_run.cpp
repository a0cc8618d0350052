#include "prenorm/runs/same_run.h"

#include <fmt/format.h>

#include "prenorm/config/fields.h"

namespace prenorm::runs {

namespace {

// How the noise scale is measured decides updates only if the batch follows it.
bool decides_batch(const std::string& key) {
  return key == "train.noise_scale" || key == "train.noise_scale_smoothing";
}

}  // namespace

bool decides_updates(const std::string& section, const std::string& name) {
  if (section == "train")
    return name == "seed" || name == "label_smoothing" || name == "pretrained" || name == "trainable" ||
           name.starts_with("lora_");
  if (section == "data") return !name.starts_with("valid_") && name != "prepared_dir";
  return section != "decode" && section != "runtime";
}

std::optional<KeyDifference> first_difference(const Config& now, const Config& before) {
  Config here = now, there = before;
  const auto fields = config::fields_of(here), others = config::fields_of(there);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool follows = now.batch.follow == BatchFollow::kNoiseScale && decides_batch(fields[i].key);
    if (!follows && !decides_updates(fields[i].section, std::string(fields[i].name()))) continue;
    const std::string value = config::value_text(fields[i]), other = config::value_text(others[i]);
    if (value != other) return KeyDifference{fields[i].key, value, other};
  }
  return std::nullopt;
}

std::vector<std::string> other_bits(const TrainerState& before, const TrainerState& now) {
  std::vector<std::string> reasons;
  if (before.workers != 0 && before.workers != now.workers)
    reasons.push_back(
        fmt::format("the run was trained with {} workers and continues with {}, which changes the order of sums; set "
                    "runtime.workers = {} for the same bits",
                    before.workers, now.workers, before.workers));
  if (!before.cpu_level.empty() && before.cpu_level != now.cpu_level)
    reasons.push_back(fmt::format(
        "the run was trained with kernels of the level {} and continues with {}, which changes the order of sums",
        before.cpu_level, now.cpu_level));
  return reasons;
}

}  // namespace prenorm::runs
