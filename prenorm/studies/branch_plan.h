// Branches of a run: from one of its checkpoints, weights and optimizer, training continues with larger batches on the
// same text (Merrill et al. 2025, "Critical Batch Size Revisited"). This is the plan: how long the branches are, and
// the configuration of each.
//
// A branch has `factor` times the batches an update that the run's next update would have, and its learning rate times
// √factor, or times factor for sgd. The rate stays at its value at the checkpoint: branches with larger batches make
// fewer updates, so that a schedule in updates would be behind in them, and a decay would be taken for an effect of the
// batch. All branches end after the same batches, so that those of one seed have trained on the very same text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/config/load.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/studies/checkpoint_noise.h"
#include "prenorm/studies/grid.h"

namespace prenorm::studies {

struct BranchOptions {
  std::vector<std::int64_t> factors{};   // ascending; the first one is compared with
  std::optional<std::int64_t> tokens{};  // target tokens of each branch, rounded up to whole updates of all
  std::int64_t seeds = 3;                // orders of the text: train.seed and the numbers after it
  std::string checkpoint = {};           // see RunFolder::find_checkpoint; empty = last
};

// "1,2,4": two or more different whole numbers from 1 to 4096, in any order. Errors: UsageError.
std::vector<std::int64_t> parse_factors(std::string_view text);

// Where the branches of a study begin, and how long they are: the content of branches.json.
struct BranchStart {
  std::string run{}, weights{};              // its folder; the hash of the weights to begin with
  std::int64_t step = 0, target_tokens = 0;  // of the checkpoint
  double seconds = 0;                        // trained before it
  std::int64_t batches = 0;                  // of each branch
  std::int64_t batches_per_update = 0;       // with factor 1
  double learning_rate = 0;                  // with factor 1
  double tokens_per_batch = 0;               // before the checkpoint, on average
  std::optional<CheckpointNoise> noise{};    // if the run measured it
};

// Whole updates of every factor, that have the wanted tokens or a little more; without a wish, a tenth of the tokens of
// the run so far, and at least 20 updates of the largest batch. Errors: UsageError if the factors have no common
// multiple below a million.
std::int64_t batches_of_branches(const BranchOptions& options, const BranchStart& start);

// The start of branches at a checkpoint of a run. Errors: UsageError if its learning rate is 0.
BranchStart branch_start(const runs::RunFolder& run, const Config& config, const runs::TrainerState& state);

// The configuration that branches share, which is that of factor 1 and the run's own seed: the run's, without its
// schedule, its growing batch and its limits, with the run's text and vocabulary. Errors: UsageError if the run has no
// validation text.
LoadedConfig branch_base(const runs::RunFolder& run, LoadedConfig config, const BranchStart& start);

struct Branch {
  std::int64_t factor = 1, seed = 0;
  Cell cell;
};
// One for each factor and seed, named "factor=2,train.seed=1". Errors: UsageError if the batch would be too large or a
// rule between keys is broken.
std::vector<Branch> branches_of(const BranchOptions& options, const BranchStart& start, const LoadedConfig& base);

}  // namespace prenorm::studies
