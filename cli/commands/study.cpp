#include "cli/commands/commands.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/output.h"
#include "prenorm/base/error.h"
#include "prenorm/config/load.h"
#include "prenorm/files/file.h"
#include "prenorm/machine/terminal.h"
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

int study(StudyOptions options) {
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
  command->add_option("CONFIG", options->config, "the TOML file that every cell starts from")->required();
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
  command
      ->add_option("--target-loss", options->study.target_loss,
                   "validation loss to reach, in nats per token [the median final loss]")
      ->type_name("X")
      ->check(CLI::Range(0.0, 1000.0));
  command->add_option("--csv", options->csv, "also write the cells as comma-separated values")->type_name("FILE");
  command->add_flag("--find-lr", options->find_lr, "bisect the largest stable optim.lr, with and without warm-up");
  command->add_flag("--dry-run", options->study.dry_run, "show the state of the cells and run nothing");
  command->add_flag("--quiet", options->quiet, "print warnings only");
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm study my.toml --grid optim.lr=5e-4,1e-3 --grid train.seed=1,2");
  run_as(*command, chosen, [options] { return study(*options); });
}

}  // namespace prenorm::cli
