#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/commands/commands.h"
#include "cli/output.h"
#include "cli/run_process.h"
#include "prenorm/base/error.h"
#include "prenorm/pruning/prune.h"

namespace prenorm::cli {
namespace {

struct PruneCommandOptions {
  std::string run, output;
  std::optional<std::string> by;
  std::optional<std::int64_t> threads;
  pruning::PruneOptions prune;
  bool json = false;
};

int run_prune(PruneCommandOptions options) {
  for (const auto& [choice, name] : EnumNames<pruning::NeuronChoice>::values)
    if (options.by == name) options.prune.by = choice;
  const runs::RunFolder run(options.run), output(options.output);
  if (!run.exists()) throw_error<UsageError>("{}: is not a run folder, it has no config.toml", options.run);
  set_up_process_of(run, options.threads);
  const pruning::Pruned pruned = pruning::prune(run, output, options.prune);
  if (options.json) {
    nlohmann::ordered_json json = to_json(pruned);
    json["run"] = options.output;
    print_json(json_kinds::kPruning, json);
  } else {
    print(fmt::format("{}run        {}\n", report_of(pruned), options.output));
  }
  return 0;
}

}  // namespace

void add_prune(CLI::App& app, Run& chosen) {
  CLI::App* command =
      app.add_subcommand("prune", "Removes neurons of a run, or truncates its updates to a rank, and evaluates both.");
  auto options = std::make_shared<PruneCommandOptions>();
  command->add_option("RUN", options->run, "a run folder")->required();
  command->add_option("--run", options->output, "the run folder to create")->type_name("DIR")->required();
  command->add_option("--rows", options->prune.rows, "remove this share of the neurons of each feed-forward network")
      ->type_name("SHARE");
  command
      ->add_option("--by", options->by,
                   "which neurons: magnitude = those with the smallest input weights; random [magnitude]")
      ->type_name("NAME")
      ->check(one_of(names_of(EnumNames<pruning::NeuronChoice>::values)));
  command->add_option("--seed", options->prune.seed, "for --by random [that of the run]")->type_name("N");
  command
      ->add_option("--rank", options->prune.rank,
                   "truncate what training added to each matrix of the layers to this rank")
      ->type_name("K");
  command
      ->add_option("--checkpoint", options->prune.checkpoint,
                   "average, best, last or a step [the first that exists, in this order]")
      ->type_name("NAME");
  command->add_option("--threads", options->threads, "number of threads; 0 = one per core")
      ->type_name("N")
      ->check(CLI::Range(0, 4096));
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm prune runs/my --rows 0.2 --run runs/pruned");
  run_as(*command, chosen, [options] { return run_prune(*options); });
}

}  // namespace prenorm::cli
