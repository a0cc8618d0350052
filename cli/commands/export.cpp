#include "cli/commands/commands.h"

#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/output.h"
#include "prenorm/huggingface/export.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::cli {
namespace {

struct ExportOptions {
  std::string run, checkpoint, format, output;
  bool json = false;
};

int run_export(const ExportOptions& options) {
  const huggingface::Exported exported =
      huggingface::export_run(runs::RunFolder(options.run), options.checkpoint, options.output);
  const std::string_view type = enum_name(exported.architecture.type);
  if (options.json)
    print_json(json_kinds::kExport, {{"output", options.output},
                                     {"format", options.format},
                                     {"model_type", type},
                                     {"checkpoint", exported.checkpoint.string()},
                                     {"parameters", exported.parameters},
                                     {"files", exported.files}});
  else
    print(fmt::format("{}: model_type {}, {} parameters of {}\n{}\n", options.output, type,
                      format_count(exported.parameters), exported.checkpoint.string(),
                      fmt::join(exported.files, "\n")));
  return 0;
}

}  // namespace

void add_export(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("export", "Writes a run as files that other programs can load.");
  auto options = std::make_shared<ExportOptions>();
  command->add_option("RUN", options->run, "a run folder")->required();
  command->add_option("--format", options->format, "huggingface: transformers' bert, gpt2, marian and relatives")
      ->type_name("NAME")
      ->check(one_of({"huggingface"}))
      ->required();
  command->add_option("--output", options->output, "the folder to create")->type_name("DIR")->required();
  command
      ->add_option("--checkpoint", options->checkpoint,
                   "average, best, last or a step [the first that exists, in this order]")
      ->type_name("NAME");
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm export runs/my --format huggingface --output my-hf");
  run_as(*command, chosen, [options] { return run_export(*options); });
}

}  // namespace prenorm::cli
