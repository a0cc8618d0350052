// Runs experiments and keeps their results in a folder:
//
//   DIR/reproduction.json        marks the folder as one of reproductions
//   DIR/NAME/results.json        checks, figures, heat maps, notes, and the options used
//   DIR/NAME/cells/              finished parts (cells.h)
//   DIR/NAME/.lock               held by the process that computes the experiment
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "prenorm/papers/experiment.h"

namespace prenorm::papers {

// An experiment and its results.
struct Reproduced {
  const Experiment* experiment = nullptr;
  ExperimentOptions options;
  double seconds = 0;  // duration of the call that finished it
  Results results;
};

// "3 seeds", "1 seed, quick"
std::string seeds_text(const ExperimentOptions& options);

// {kind: "experiment", version, name, citation, claims, setup, options, seconds, pass, checks, figures, heat_maps,
// notes}
nlohmann::ordered_json to_json(const Reproduced& reproduced);
// Errors: JsonError if `json` is not a result of this experiment.
Reproduced reproduced_from_json(const nlohmann::json& json, const Experiment& experiment);

class Reproduction {
 public:
  // Errors: UsageError if `folder` has other content; FileError.
  explicit Reproduction(std::filesystem::path folder);

  // Returns the results of an earlier call if its options and the version of the program were the same. Otherwise runs
  // the experiment, starting from its finished cells.
  // Errors: UsageError if another process is computing this experiment in this folder; Interrupted; FileError.
  Reproduced run(const Experiment& experiment, const ExperimentOptions& options) const;

  // The results in the folder, whatever their options; nullopt if there are none or they cannot be read.
  std::optional<Reproduced> kept(const Experiment& experiment) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace prenorm::papers
