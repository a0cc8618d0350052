// The gradient noise scale at a checkpoint of a run, with two estimators on the same batches. No weight changes.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/noise/part_noise.h"
#include "prenorm/runs/run_folder.h"

namespace prenorm::probe {

inline constexpr std::int64_t kNoiseBatches = 32;

// Each two batches that follow each other make a large one.
//   by_example:  from the gradients of the large batch's single examples
//   two_batch:   from the gradients of its two halves; it needs no gradients of examples, and is less exact
struct NoiseEstimates {
  std::vector<noise::PartNoise> groups{}, layers{};
};

struct NoiseProbe {
  std::string model{}, checkpoint{};
  std::int64_t epoch = 0, batch = 0;            // the first batch
  std::int64_t batches = 0, large_batches = 0;  // read, and those of two batches that gave an estimate
  double examples = 0;                          // of a large batch, on average
  double target_tokens_per_example = 0;
  NoiseEstimates by_example{}, two_batch{};
};

// Warns if the batches are more than an epoch has. Dropout is off. Measures the batches that training would have read
// next, or the first ones if the checkpoint does not say which those are. All parameters have gradients, whatever part
// of the model the run trained. `which`: see RunFolder::find_checkpoint. Errors: UsageError for an odd number of
// batches or fewer than four, and if no two batches have two examples together; those of app::trained_task().
NoiseProbe probe_noise_scale(const runs::RunFolder& run, const std::string& which, std::int64_t batches);

// What `prenorm probe --noise-scale` prints; the JSON without kind and version.
std::string report_of(const NoiseProbe& probe);
nlohmann::ordered_json to_json(const NoiseProbe& probe);
// Sorts the parts, which may be in any order. Errors: JsonError.
NoiseProbe noise_probe_from_json(const nlohmann::ordered_json& json);

}  // namespace prenorm::probe
