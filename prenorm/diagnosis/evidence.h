// The input of a diagnosis: the log, the last updates, the state, and for a fault what was measured at it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/metrics_line.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/updates/fault.h"

namespace prenorm::diagnosis {

// An observation of the log, with the norms of each parameter together.
struct LoggedObservation {
  std::int64_t step = 0;
  std::map<std::string, runs::TensorUpdate> tensors{};
  std::vector<std::pair<std::string, double>> rms{};           // by point, in the order of computation
  std::vector<std::pair<std::string, double>> mean_cosines{};  // the same, over pairs of tokens of a sequence
};

struct FaultEvidence {
  updates::Fault fault;
  updates::FaultAction action = updates::FaultAction::kStop;
  bool first_after_start = false;  // no update had been made since the weights were initialised or loaded
  updates::ControlBatch control;
};

struct ParameterName {
  std::string name;
  bool is_matrix = false;
};

struct Evidence {
  Config config;  // with the model_of_task()
  runs::TrainerState state;
  std::vector<ParameterName> parameters;  // in the order of UpdateRecord::tensors
  std::vector<runs::UpdateLine> log;
  std::vector<LoggedObservation> observations;
  std::optional<FaultEvidence> fault;
  std::string bad_weight{};  // the first weight of the newest checkpoint that is not finite
};

// The log and observations of metrics.jsonl; damaged lines and those of other types or of a future version are skipped.
// Empty if there is no such file.
Evidence read_log(const std::filesystem::path& metrics);
// For a run that has ended, was stopped or is still training. Errors: UsageError if it is not a run; CheckpointError.
Evidence read_evidence(const runs::RunFolder& folder);

}  // namespace prenorm::diagnosis
