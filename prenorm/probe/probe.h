// Models of several placements, depths, widths and seeds, measured at initialisation; or one model at a checkpoint.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/probe/measurement.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/updates/task.h"

namespace prenorm::probe {

struct ProbeOptions {
  // If empty, the configuration's own. A depth applies to encoder and decoder; d_ff keeps its ratio to d_model.
  std::vector<NormPlacement> placements{};
  std::vector<std::int64_t> depths{}, widths{};
  std::int64_t seeds = 5;    // train.seed and the following ones
  std::int64_t batches = 4;  // per seed
  bool simplified = false;   // use the setting of the theory (probe/simplified_setting.h); only depth and width matter
};

struct ProbedModel {
  ModelConfig model;
  std::vector<Measurement> seeds;
  bool trained = false;  // predictions only apply to initialisation, so a checkpoint has none
};

struct Probe {
  std::vector<ProbedModel> models;  // by placement, width, depth
  std::int64_t batches = 0;
  bool simplified = false;
  std::string where;  // "at initialisation" or "checkpoint RUN/checkpoints/000500"
};

// Builds the task of a configuration, whose seed and model are to be measured.
using TaskBuilder = std::function<std::unique_ptr<updates::Task>(const Config& config)>;

// Errors: UsageError for a width that is not a multiple of the heads, before anything is measured; those of the
// builder.
Probe probe(const Config& config, const ProbeOptions& options, const TaskBuilder& build);
// `which`: see RunFolder::find_checkpoint.
Probe probe_checkpoint(const runs::RunFolder& run, const std::string& which, std::int64_t batches);

}  // namespace prenorm::probe
