// Runs experiments and keeps what they found in a folder:
//
//   DIR/reproduction.json        marks the folder as ours
//   DIR/NAME/results.json        checks, figures, heat maps, notes, and the options they were measured with
//   DIR/NAME/cells/              finished parts (cells.h)
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "prenorm/papers/experiment.h"

namespace prenorm::papers {

// An experiment and what it found.
struct Reproduced {
  const Experiment* experiment = nullptr;
  ExperimentOptions options;
  double seconds = 0;  // of the call that finished it
  Results results;
};

// "3 seeds", "1 seed, quick"
std::string seeds_text(const ExperimentOptions& options);

// {kind: "experiment", version, name, citation, claims, setup, options, seconds, pass, checks, figures, heat_maps,
// notes}
nlohmann::ordered_json to_json(const Reproduced& reproduced);
// Errors: JsonError where `json` holds anything else than a result of this experiment.
Reproduced reproduced_from_json(const nlohmann::json& json, const Experiment& experiment);

class Reproduction {
 public:
  // Errors: UsageError if `folder` holds anything else; FileError.
  explicit Reproduction(std::filesystem::path folder);

  // Results that an earlier call with the same options and the same version of the program left are read back.
  // Otherwise the experiment is run; it continues with the cells that are there.
  // Errors: UsageError while another process computes this experiment in this folder; Interrupted; FileError.
  Reproduced run(const Experiment& experiment, const ExperimentOptions& options) const;

  // What the folder has of an experiment, whatever the options; nullopt for nothing, or nothing that can be read.
  std::optional<Reproduced> kept(const Experiment& experiment) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace prenorm::papers
