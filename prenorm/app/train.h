// Trains a run from its configuration, or from where it was stopped.
#pragma once

#include "prenorm/config/config.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/training/trainer.h"

namespace prenorm::app {

enum class Start : std::uint8_t { kNew, kResume };

// Trains in `folder`. A new run needs a folder that is empty or does not exist; a resumed one needs the same data,
// tokenizer, batches, model, optimizer and seed as before (limits, logs and decoding may differ). Errors: UsageError
// naming the key that differs or the folder; those of the task and the trainer. A run that diverges writes results.json
// too, with the reason.
runs::TrainingResult train(const Config& config, const runs::RunFolder& folder, Start start);

}  // namespace prenorm::app
