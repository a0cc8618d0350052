#include "cli/commands/commands.h"

#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/output.h"
#include "prenorm/huggingface/import.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::cli {
namespace {

struct ImportOptions {
  std::string folder, run;
  bool json = false;
};

int run_import(const ImportOptions& options) {
  const huggingface::Imported imported = huggingface::import_run(options.folder, runs::RunFolder(options.run));
  const std::string_view type = enum_name(imported.architecture.type), task = enum_name(imported.task);
  if (!imported.left_out.empty())
    inform(fmt::format("{}: ignored, because a run does not use them:  {}", options.folder,
                       fmt::join(imported.left_out, ", ")));
  if (options.json)
    print_json(json_kinds::kImport, {{"run", options.run},
                                     {"model_type", type},
                                     {"task", task},
                                     {"parameters", imported.parameters},
                                     {"left_out", imported.left_out}});
  else
    print(fmt::format("{}: task {}, {} parameters of model_type {}\n", options.run, task,
                      format_count(imported.parameters), type));
  return 0;
}

}  // namespace

void add_import(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("import", "Turns a Hugging Face checkpoint into a run.");
  auto options = std::make_shared<ImportOptions>();
  command->add_option("FOLDER", options->folder, "a folder with config.json, model.safetensors and a tokenizer")
      ->required();
  command->add_option("--run", options->run, "the run folder to create")->type_name("DIR")->required();
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm import bert-base-uncased --run runs/bert");
  run_as(*command, chosen, [options] { return run_import(*options); });
}

}  // namespace prenorm::cli
