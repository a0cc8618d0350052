// Starting from the weights of another run (train.pretrained).
#pragma once

#include <filesystem>
#include <string>

#include "prenorm/config/config.h"
#include "prenorm/nn/parameters.h"
#include "prenorm/runs/run_folder.h"

namespace prenorm::app {

struct PretrainedRun {
  runs::RunFolder folder;
  std::filesystem::path checkpoint;
};
// train.pretrained names a run (see RunFolder::find_checkpoint for the choice of its checkpoint) or
// RUN/checkpoints/NAME. Errors: UsageError, CheckpointError.
PretrainedRun pretrained_run(const Config& config);

// The configuration with the [model] of the run in train.pretrained, except the dropout rates; unchanged if there is
// none. Errors: UsageError for a key of [model] given another value than that run has.
Config with_pretrained_model(Config config);

// Copies weights of the same name, except the classifier's; the others keep their initial values. Errors:
// CheckpointError if the checkpoint is damaged, has no layer of this model, or has a tensor of another shape, which is
// named.
void load_pretrained(const Config& config, nn::Parameters& parameters);

}  // namespace prenorm::app
