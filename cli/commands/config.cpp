#include "cli/commands/commands.h"

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/output.h"
#include "prenorm/base/error.h"
#include "prenorm/config/load.h"
#include "prenorm/config/validate.h"
#include "prenorm/config/write.h"

namespace prenorm::cli {
namespace {

struct ConfigOptions {
  std::string file;
  std::vector<std::string> set;
  bool reference = false, markdown = false, json = false;
};

LoadedConfig load(const ConfigOptions& options) {
  std::error_code ignored;  // opening the path reports any problem
  const bool is_folder = std::filesystem::is_directory(options.file, ignored);
  LoadedConfig loaded = is_folder ? load_run_config(options.file, options.set) : load_config(options.file, options.set);
  validate(loaded.config);
  return loaded;
}

int show_config(const ConfigOptions& options) {
  const bool pages = options.reference || options.markdown;
  if (pages &&
      (!options.file.empty() || !options.set.empty() || options.json || (options.reference && options.markdown)))
    throw_error<UsageError>("--reference and --markdown list every key; leave out the configuration and other options");
  if (options.reference) {
    print(reference_toml());
  } else if (options.markdown) {
    print(reference_markdown());
  } else if (options.file.empty()) {
    throw_error<UsageError>("no configuration given; name a file, or list every key with `prenorm config --reference`");
  } else {
    const LoadedConfig loaded = load(options);
    if (options.json)
      print_json(json_kinds::kConfiguration, {{"config", to_json(loaded.config)}, {"origin", loaded.origin}});
    else
      print(explain(loaded));
  }
  return 0;
}

}  // namespace

void add_config(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("config", "Shows each value of a configuration and where it came from.");
  auto options = std::make_shared<ConfigOptions>();
  command->add_option("CONFIG", options->file, "a TOML file or a run folder");
  command->add_option("--set", options->set, "override a key; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_flag("--reference", options->reference, "print a TOML file with every key, its default and its meaning");
  command->add_flag("--markdown", options->markdown, "print the same as a page of documentation");
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm config run.toml --set model.encoder_layers=2");
  run_as(*command, chosen, [options] { return show_config(*options); });
}

}  // namespace prenorm::cli
