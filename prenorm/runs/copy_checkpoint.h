// A checkpoint of one run as the beginning of another.
#pragma once

#include <filesystem>
#include <functional>

#include "prenorm/runs/checkpoint.h"

namespace prenorm::runs {

// Copies a checkpoint with its optimizer, and the frozen weights beside it, to another run, with its state changed.
// Errors: FileError, CheckpointError; UsageError if the checkpoint has no optimizer.
void copy_checkpoint(const std::filesystem::path& from, const std::filesystem::path& to,
                     const std::function<void(TrainerState&)>& change);

}  // namespace prenorm::runs
