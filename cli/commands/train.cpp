#include "cli/commands/commands.h"

#include <fmt/format.h>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "cli/output.h"
#include "prenorm/app/train.h"
#include "prenorm/base/error.h"
#include "prenorm/config/load.h"
#include "prenorm/files/json_file.h"
#include "prenorm/machine/stop_signal.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/updates/compute_settings.h"

namespace prenorm::cli {
namespace {

using app::Start;
using runs::RunFolder;
using runs::StopReason;

struct TrainOptions {
  std::string config, run;
  std::vector<std::string> set;
  bool resume = false, quiet = false, json = false;
};

RunFolder folder_of(const TrainOptions& options) {
  if (!options.run.empty()) return RunFolder(options.run);
  return RunFolder(std::filesystem::path("runs") / std::filesystem::path(options.config).stem());
}

Config config_of(const TrainOptions& options, const RunFolder& folder) {
  if (!options.config.empty()) return load_config(options.config, options.set).config;
  if (!options.resume || options.run.empty())
    throw_error<UsageError>("no configuration given; name a TOML file, or use --resume --run DIR");
  if (!folder.exists())
    throw_error<UsageError>("{}: no run to resume; name a TOML file to start one", folder.path().string());
  return load_run_config(folder.path(), options.set).config;
}

int train(const TrainOptions& options) {
  const RunFolder folder = folder_of(options);
  const Config config = config_of(options, folder);
  be_quiet(options.quiet);
  updates::keep_freed_memory();
  const auto result = app::train(config, folder, options.resume ? Start::kResume : Start::kNew);
  if (result.reason == StopReason::kSignal) {
    warn(fmt::format("stopped after update {}; to continue: prenorm train --resume --run {}", result.state.step,
                     folder.path().string()));
    return 128 + StopSignal::received();
  }
  nlohmann::json json = read_json(folder.results());
  json["run"] = folder.path().string();
  if (options.json) {
    print_json(json_kinds::kRunResults, json);
    return 0;
  }
  print(fmt::format("{}: {} updates in {}\n", folder.path().string(), result.state.step,
                    format_duration(result.state.seconds)));
  const auto report = [](const char* name, const std::optional<runs::Validation>& v) {
    if (!v) return;
    const std::string signature = v->bleu_signature.empty() ? "" : fmt::format(" ({})", v->bleu_signature);
    print(fmt::format("{}: {}{}\n", name, runs::summary(*v), signature));
  };
  report("last checkpoint", result.last_validation);
  report("averaged checkpoints", result.average_validation);
  return 0;
}

}  // namespace

void add_train(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("train", "Trains a model from a configuration.");
  auto options = std::make_shared<TrainOptions>();
  command->add_option("CONFIG", options->config, "a TOML file; see `prenorm config --reference`");
  command->add_option("--run", options->run, "the run folder [runs/<name of CONFIG>]")->type_name("DIR");
  command->add_option("--set", options->set, "override a key; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_flag("--resume", options->resume, "resume the run from its last checkpoint");
  command->add_flag("--quiet", options->quiet, "print warnings only");
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm train my.toml --set optim.lr=5e-4 --run runs/first");
  run_as(*command, chosen, [options] { return train(*options); });
}

}  // namespace prenorm::cli
