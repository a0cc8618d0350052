// The gradient noise scale that a run has logged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "prenorm/noise/scale_estimate.h"

namespace prenorm::studies {

struct LoggedNoiseScale {
  std::string part{};            // of the model: noise::kTotal, or the norms alone
  noise::ScaleEstimate scale{};  // in examples
  double target_tokens_per_example = 0;
};

// The last one at or before update `step` in metrics.jsonl, of all that was measured. Nothing if there is none, or if
// it had no estimate. Errors: FileError.
std::optional<LoggedNoiseScale> logged_noise_scale(const std::filesystem::path& metrics, std::int64_t step);

}  // namespace prenorm::studies
