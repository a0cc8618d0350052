#include "cli/commands/commands.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/output.h"
#include "prenorm/base/error.h"
#include "prenorm/config/load.h"
#include "prenorm/files/file.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/studies/branch_study.h"
#include "prenorm/studies/lr_search.h"
#include "prenorm/studies/study.h"
#include "prenorm/studies/study_text.h"
#include "prenorm/updates/compute_settings.h"

namespace prenorm::cli {
namespace {

struct StudyOptions {
  std::string config, csv;
  std::vector<std::string> grid, set;
  studies::StudyOptions study;
  std::string branch_batch;  // as given; empty: no branches
  studies::BranchOptions branches;
  std::optional<double> tolerance;
  bool find_lr = false, quiet = false, json = false;
};

// The end of a study or a search, once its cells have been run.
template <class Result>
int report(const StudyOptions& options, const JsonKind& kind, const Result& result,
           const studies::StudyOutcome& outcome) {
  const std::string folder = options.study.folder.string();
  if (outcome.signal != 0) {
    warn(fmt::format("stopped with {} cells left; continue with the same command, which finds the finished ones in {}",
                     outcome.unfinished, folder));
    return 128 + outcome.signal;
  }
  if (!options.csv.empty()) write_file_atomically(options.csv, to_csv(outcome.table));
  if (options.json)
    print_json(kind, to_json(result));
  else
    print(to_text(result));
  flush_output();
  if (outcome.failed > 0)
    throw_error<Error>("{} of the cells failed, first {}; see the logs in {}/cells, and run the same command again",
                       outcome.failed, outcome.first_failure, folder);
  return 0;
}

// Options of one kind of study that the other kind would silently leave out of account.
void check_kind(const StudyOptions& options, const CLI::App& command) {
  const bool branches = !options.branch_batch.empty();
  for (const char* other : {"--grid", "--find-lr", "--target-loss"})
    if (branches && command.count(other) > 0)
      throw_error<UsageError>("{} is not for --branch-batch, whose cells are the branches; leave one of them out",
                              other);
  for (const char* mine : {"--tokens", "--seeds", "--checkpoint", "--tolerance"})
    if (!branches && command.count(mine) > 0)
      throw_error<UsageError>("{} is for --branch-batch, which says how many times the batch to compare", mine);
}

int study_of_branches(StudyOptions options) {
  options.branches.factors = studies::parse_factors(options.branch_batch);
  const runs::RunFolder run(options.config);
  if (options.study.folder.empty())
    options.study.folder = std::filesystem::path("studies") / (run.path().filename().string() + "-branches");
  be_quiet(options.quiet);
  updates::set_up_process(load_run_config(run.path(), options.set).config.runtime);
  const studies::BranchStudy result =
      studies::study_branches(run, options.branches, options.tolerance, options.set, options.study);
  return report(options, json_kinds::kBranchStudy, result, result.study);
}

int study(StudyOptions options) {
  if (!options.branch_batch.empty()) return study_of_branches(std::move(options));
  const LoadedConfig base = load_config(options.config, options.set);
  const std::vector<studies::GridAxis> axes = studies::parse_grid(options.grid);
  if (options.study.folder.empty())
    options.study.folder = std::filesystem::path("studies") / std::filesystem::path(options.config).stem();
  be_quiet(options.quiet);
  updates::set_up_process(base.config.runtime);
  if (options.find_lr) {
    const studies::LrSearch search = find_lr(base, axes, options.study);
    return report(options, json_kinds::kRateSearch, search, search.study);
  }
  if (axes.empty()) throw_error<UsageError>("--grid is missing: name the keys to vary, or use --find-lr");
  const studies::StudyOutcome outcome = run_study(base, axes, options.study);
  return report(options, json_kinds::kStudy, outcome.table, outcome);
}

}  // namespace

void add_study(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("study", "Trains every combination of some keys and compares the results.");
  auto options = std::make_shared<StudyOptions>();
  command->add_option("CONFIG", options->config, "the TOML file of every cell; with --branch-batch, a run")->required();
  command->add_option("--grid", options->grid, "values of a key; repeat for all combinations")
      ->type_name("KEY=V1,V2,...")
      ->allow_extra_args(false);
  command->add_option("--set", options->set, "override a key in all cells")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_option("--output", options->study.folder, "the study folder [studies/<name of CONFIG>]")
      ->type_name("DIR");
  command->add_option("--jobs", options->study.jobs, "cells trained at once; 0 = one per core")
      ->type_name("N")
      ->check(CLI::Range(0, 4096));
  command->add_option("--target-loss", options->study.target_loss, "validation loss to reach, in nats [the median]")
      ->type_name("X")
      ->check(CLI::Range(0.0, 1000.0));
  command->add_option("--csv", options->csv, "also write the cells as comma-separated values")->type_name("FILE");
  command->add_flag("--find-lr", options->find_lr, "bisect the largest rate, with and without warm-up");
  command->add_option("--branch-batch", options->branch_batch, "measure the critical batch of a run: factors to try")
      ->type_name("F1,F2,...");
  command->add_option("--tokens", options->branches.tokens, "target tokens of a branch [a tenth of the run's]")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000'000}));
  command->add_option("--seeds", options->branches.seeds, "orders of the text for each branch [3]")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  command->add_option("--checkpoint", options->branches.checkpoint, "where they begin: best, last or an update [last]")
      ->type_name("WHICH");
  command->add_option("--tolerance", options->tolerance, "nats that a larger batch may lose [seeds' spread]")
      ->type_name("X")
      ->check(CLI::Range(0.0, 1000.0));
  command->add_flag("--dry-run", options->study.dry_run, "show the state of the cells and run nothing");
  command->add_flag("--quiet", options->quiet, "print warnings only");
  add_json_flag(*command, options->json);
  run_as(*command, chosen, [options, command] {
    check_kind(*options, *command);
    return study(*options);
  });
}

}  // namespace prenorm::cli
