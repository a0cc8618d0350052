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
// train.pretrained names a run (see RunFolder::find_checkpoint for which of its checkpoints) or RUN/checkpoints/NAME.
// Errors: UsageError, CheckpointError.
PretrainedRun pretrained_run(const Config& config);

// The configuration with the [model] of the run that train.pretrained names, but for the dropout rates; as it is where
// none is named. Errors: UsageError for a key of [model] that was given another value than that run has.
Config with_pretrained_model(Config config);

// Copies weights of the same name, but for the classifier's; the others stay as they are drawn. Errors: CheckpointError
// where the checkpoint is damaged or has no layer of this model, or a tensor another shape: it is named.
void load_pretrained(const Config& config, nn::Parameters& parameters);

}  // namespace prenorm::app
