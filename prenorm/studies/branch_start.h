// The files with which branches of a run begin.
#pragma once

#include <filesystem>
#include <optional>

#include "prenorm/runs/run_folder.h"
#include "prenorm/studies/branch_plan.h"
#include "prenorm/studies/study_folder.h"

namespace prenorm::studies {

// branches.json of a study folder; nothing if there is none. Errors: FileError; DataError if it is damaged.
std::optional<BranchStart> read_branch_start(const StudyFolder& folder);
void write_branch_start(const StudyFolder& folder, const BranchStart& start);

// Makes the run folder of a branch: the run as it was at the checkpoint, with the branch's configuration. It appears
// whole or not at all, and `prenorm train --resume` continues from there. A branch with another seed than the run's
// begins the next epoch, since its order of the text is another. Errors: FileError, CheckpointError; UsageError if the
// checkpoint has no optimizer.
void begin_branch(const runs::RunFolder& run, const std::filesystem::path& checkpoint, std::int64_t run_seed,
                  const StudyFolder& folder, const Cell& cell);

}  // namespace prenorm::studies
