// The task of a run with the weights of one of its checkpoints, and the weights that its training began with. Whatever
// part of the model the run trained, all weights of these tasks have gradients, and adapters are added to their
// matrices.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/nn/trained_parts.h"
#include "prenorm/nn/weight_matrices.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/updates/task.h"

namespace prenorm::app {

struct TrainedTask {
  Config config;
  std::unique_ptr<updates::Task> task;
  std::filesystem::path checkpoint;
};

// `which`: see RunFolder::find_checkpoint. The texts are prepared as for training. Errors: UsageError, CheckpointError;
// those of make_task.
TrainedTask trained_task(const runs::RunFolder& run, const std::string& which);

struct TrainedFrom : TrainedTask {
  // Copies of the weight matrices that training began with, in the order of nn::weight_matrices(task->parameters()).
  std::vector<nn::WeightMatrix> initial;
  nn::TrainedParts parts;  // what the run trained
};

// Initial weights follow from seed and configuration, or are those of train.pretrained, so the model is built again as
// for training. Errors: those of trained_task(); UsageError if neither is true of the run.
TrainedFrom trained_from(const runs::RunFolder& run, const std::string& which);

}  // namespace prenorm::app
