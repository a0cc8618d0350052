// The diagnosis of a run folder in any state: still training, stopped by a fault, or finished.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "prenorm/runs/run_folder.h"

namespace prenorm::diagnosis {

struct RunDiagnosis {
  nlohmann::ordered_json json;  // the content of diagnosis.json
  std::string page;             // the content of diagnosis.md
  bool nothing_wrong = false;
};

// Returns the diagnosis that the run itself wrote at its last fault, if that stopped the run or nothing else is found;
// otherwise one made from its log, its last updates and its newest checkpoint. Writes nothing. Errors: UsageError if
// this is not a run folder, CheckpointError if its newest checkpoint is damaged.
RunDiagnosis diagnose_run(const runs::RunFolder& folder);

}  // namespace prenorm::diagnosis
