// Repeats one update of a run under full observation.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "prenorm/diagnosis/evidence.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/updates/fault.h"
#include "prenorm/updates/task.h"

namespace prenorm::diagnosis {

// Statistics of everything observed at one point.
struct PointStatistics {
  std::string point;
  double squares = 0, largest = 0;  // of the finite elements
  std::int64_t count = 0, not_finite = 0;

  double rms() const;  // of the finite elements
  double share_not_finite() const;
  void add(const PointStatistics& other);
};

// What one worker observed in one batch, in the order of computation.
struct ObservedBatch {
  updates::MicroBatch batch;
  std::string origin;
  std::int64_t worker = 0;
  std::vector<PointStatistics> points;
};

struct Replay {
  std::int64_t from = 0;  // the checkpoint it was reached from; 0: initialisation, or the checkpoint of update 0
  updates::Update update;
  std::optional<updates::Fault> fault;  // the reason why the update is not applied
  std::vector<ParameterName> parameters;
  std::vector<runs::TensorUpdate> tensors;  // in their order; empty after a fault
  std::vector<ObservedBatch> batches;

  std::vector<PointStatistics> points() const;  // of all batches together
};

// Continues from the newest checkpoint before update `step`, or from the seed, as the run did, and writes nothing.
// `task` must be a new one for the run's configuration. Errors: UsageError if the run never reached that update or
// rolled back before it; CheckpointError.
Replay replay(const Config& config, updates::Task& task, const runs::RunFolder& folder, std::int64_t step);

// Throws the CheckpointError for a run in training that has removed all checkpoints before `step` since they were
// listed.
[[noreturn]] void throw_checkpoints_removed(const runs::RunFolder& folder, std::int64_t step);

nlohmann::ordered_json to_json(const Replay& replay);
// Tables for human readers, in Markdown.
std::string to_page(const Replay& replay);

}  // namespace prenorm::diagnosis
