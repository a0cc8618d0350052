// The gradient noise scale that a run has logged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace prenorm::studies {

// The last one at or before update `step` in metrics.jsonl: the number `sequences` of an object `noise_scale`. Nothing
// if there is none. Errors: FileError.
std::optional<double> logged_noise_scale(const std::filesystem::path& metrics, std::int64_t step);

}  // namespace prenorm::studies
