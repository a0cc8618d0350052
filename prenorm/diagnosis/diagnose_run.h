// The diagnosis of a run folder, whatever state the run is in: going on, stopped by a fault, or at its end.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "prenorm/runs/run_folder.h"

namespace prenorm::diagnosis {

struct RunDiagnosis {
  nlohmann::ordered_json json;  // as diagnosis.json
  std::string page;             // as diagnosis.md
  bool nothing_wrong = false;
};

// The diagnosis that the run itself wrote at its last fault, where that stopped it or nothing else is found; else what
// its log, its last updates and its newest checkpoint say. Writes nothing.
// Errors: UsageError where this is no run folder, CheckpointError where its newest checkpoint is damaged.
RunDiagnosis diagnose_run(const runs::RunFolder& folder);

}  // namespace prenorm::diagnosis
