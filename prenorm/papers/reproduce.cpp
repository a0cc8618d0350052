#include "prenorm/papers/reproduce.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "prenorm/base/error.h"
#include "prenorm/base/json_kind.h"
#include "prenorm/base/version.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/folder_lock.h"
#include "prenorm/files/json_file.h"
#include "prenorm/machine/stop_signal.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* kMark = "reproduction.json";

// What results depend on, apart from the machine.
ordered_json options_json(const Experiment& experiment, const ExperimentOptions& options) {
  return {{"seeds", options.seeds},
          {"quick", options.quick},
          {"experiment_version", experiment.version},
          {"prenorm", version()}};
}

std::optional<json> read_results(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) return std::nullopt;
  return read_json(file);
}

std::optional<Reproduced> understood(const std::optional<json>& found, const Experiment& experiment) {
  if (!found) return std::nullopt;
  try {
    return reproduced_from_json(*found, experiment);
  } catch (const JsonError&) {
    return std::nullopt;  // damaged or of another version: run the experiment again
  }
}

}  // namespace

std::string seeds_text(const ExperimentOptions& options) {
  return fmt::format("{} seed{}{}", options.seeds, options.seeds == 1 ? "" : "s", options.quick ? ", quick" : "");
}

ordered_json to_json(const Reproduced& r) {
  const Experiment& e = *r.experiment;
  ordered_json all = {{"name", e.name},
                      {"citation", e.citation},
                      {"claims", std::vector<std::string_view>(e.claims.begin(), e.claims.end())},
                      {"setup", e.setup},
                      {"options", options_json(e, r.options)},
                      {"seconds", r.seconds},
                      {"pass", r.results.pass()}};
  all.update(to_json(r.results));
  return with_kind(json_kinds::kExperiment, all);
}

Reproduced reproduced_from_json(const json& found, const Experiment& experiment) {
  if (!is_of_kind(found, json_kinds::kExperiment))
    refuse_json("kind", "the result of an experiment in this version of the format");
  if (field<std::string>(found, "name") != experiment.name) refuse_json("name", experiment.name);
  const auto options = field<json>(found, "options");
  Reproduced r{&experiment, {}, number_field(found, "seconds"), results_from_json(found)};
  r.options.seeds = whole_number(JsonReader(options).at("seeds"), "seeds", {1, 1'000'000});
  r.options.quick = field<bool>(options, "quick");
  return r;
}

Reproduction::Reproduction(fs::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  if (fs::exists(folder_ / kMark, error)) return;
  if (fs::exists(folder_, error) && (!fs::is_directory(folder_, error) || !fs::is_empty(folder_, error)))
    throw_error<UsageError>("{}: holds something else than reproduced experiments; name another folder with --output",
                            folder_.string());
  make_folder(folder_);
  write_file_atomically(folder_ / kMark, with_kind(json_kinds::kReproduction, {}).dump() + "\n");
}

std::optional<Reproduced> Reproduction::kept(const Experiment& experiment) const {
  return understood(read_results(folder_ / experiment.name / "results.json"), experiment);
}

Reproduced Reproduction::run(const Experiment& experiment, const ExperimentOptions& options) const {
  const fs::path folder = folder_ / experiment.name;
  FolderLock lock(folder);
  if (!lock.try_lock())
    throw_error<UsageError>("{}: another process is computing this experiment; wait for it, or use another --output",
                            folder.string());
  const auto found = read_results(folder / "results.json");
  const json wanted = options_json(experiment, options);
  if (auto kept = understood(found, experiment); kept && field<json>(*found, "options") == wanted) return *kept;
  const StopSignal stop;
  const Cells cells(folder / "cells", json{version(), experiment.version}.dump());
  const auto start = std::chrono::steady_clock::now();
  Reproduced r{&experiment, options, 0, experiment.run(options, cells)};
  r.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  write_file_atomically(folder / "results.json", to_json(r).dump(2) + "\n");
  return r;
}

}  // namespace prenorm::papers
