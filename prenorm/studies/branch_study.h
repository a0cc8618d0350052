// `prenorm study RUN --branch-batch 1,2,4`: the critical batch size at a checkpoint of a run, measured by branches.
// They are cells of a study, each in its own run folder that begins as a copy of the checkpoint, so that a study that
// was stopped can be resumed and factors or seeds can be added.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "prenorm/studies/branch_plan.h"
#include "prenorm/studies/critical_batch.h"
#include "prenorm/studies/study.h"

namespace prenorm::studies {

// The branches with one batch size.
struct BranchRow {
  std::int64_t factor = 1, batches = 0, updates = 0;  // batches an update, and updates of each branch
  double learning_rate = 0;
  std::int64_t finished = 0, diverged = 0;  // seeds
  Spread loss{};                            // validation, nats per token, over the finished seeds
  std::optional<Estimate> difference{};     // to the smallest batch, within each seed; infinite if a branch diverged
  double target_tokens = 0, seconds = 0;    // of a branch, on average
};

struct BranchStudy {
  BranchStart start{};
  std::vector<BranchRow> rows{};  // ascending factors
  // How much more than that of the smallest batch a loss may be: given, or the standard deviation of the smallest
  // batch's losses over seeds. Empty while neither is known.
  std::optional<double> tolerance{};
  bool tolerance_is_spread = false;
  std::optional<CriticalBatch> critical{};  // empty until every row has an outcome
  StudyOutcome study{};                     // of the cells; see run_study()

  // Target tokens of an update with the smallest batch times `factor`.
  double update_tokens(double factor) const;
};

// `overrides`: values of keys for all branches, as arguments of --set. Errors: those of run_study(), branch_start() and
// branch_base(); CheckpointError; UsageError if the folder has branches from another checkpoint or of another length.
BranchStudy study_branches(const runs::RunFolder& run, const BranchOptions& branches, std::optional<double> tolerance,
                           const std::vector<std::string>& overrides, const StudyOptions& options);

// What the branches in a study folder say; nothing if it has none. Errors: those of the files.
std::optional<BranchStudy> read_branches(const StudyFolder& folder, const StudyTable& table,
                                         std::optional<double> tolerance);

std::string to_text(const BranchStudy& study);
// The critical batch size in a sentence or two, one to a line.
std::string verdict_text(const BranchStudy& study);
// "+0.0123 ± 0.0040", for a row's loss over that of the smallest batch.
std::string difference_text(const BranchRow& row);
nlohmann::ordered_json to_json(const BranchStudy& study);

}  // namespace prenorm::studies
