// A run without some of its neurons, or with updates of low rank, as a run of its own, and what that costs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "prenorm/pruning/neurons.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/runs/validation.h"

namespace prenorm::pruning {

// Either `rows` or `rank`.
struct PruneOptions {
  std::optional<double> rows{};         // share of the neurons of each feed-forward network to remove
  std::optional<std::int64_t> rank{};   // to which updates are truncated
  std::optional<NeuronChoice> by{};     // for rows; kMagnitude if it is not given
  std::optional<std::uint64_t> seed{};  // for kRandom; train.seed of the run if it is not given
  std::string checkpoint{};             // see RunFolder::find_checkpoint
};

// What is removed, and the validation with all of the run's weights and without it.
struct Pruned {
  std::filesystem::path checkpoint;  // the one that was pruned
  std::string what;                  // one clause: "6 of 32 neurons of each layer removed by magnitude"
  std::int64_t d_ff_before = 0, d_ff_after = 0;
  std::int64_t parameters_before = 0, parameters_after = 0;
  std::optional<double> energy_kept;              // of the updates, if they were truncated
  std::optional<runs::Validation> before, after;  // none if the run has no validation text
};

// Creates `output`, which appears whole or not at all and has a checkpoint without an optimizer: it can be used, or
// other runs can start from it. Errors: UsageError for options that do not fit each other or the model, or if `output`
// exists; those of app::trained_task() and app::trained_from().
Pruned prune(const runs::RunFolder& run, const runs::RunFolder& output, const PruneOptions& options);

// For human readers: what was removed, and a line for the validation before and after.
std::string report_of(const Pruned& pruned);
nlohmann::ordered_json to_json(const Pruned& pruned);

}  // namespace prenorm::pruning
