#include "cli/commands/commands.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/input.h"
#include "cli/output.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/pages/library_page.h"
#include "prenorm/pages/run_sections.h"

namespace prenorm::cli {
namespace {

struct ReportOptions {
  std::vector<std::string> paths;
  std::string output = "report.html";
  bool json = false;
};

std::string command_line(const ReportOptions& o) {
  std::string text = "prenorm report";
  for (const std::string& path : o.paths) text += fmt::format(" {}", pages::shell_word(path));
  return fmt::format("{} --output {}", text, pages::shell_word(o.output));
}

int write_report(const ReportOptions& options) {
  pages::Library library({options.paths.begin(), options.paths.end()}, /*live=*/false);
  library.update();
  refuse_input_as_output("--output", options.output, library.files());
  const html::Page page = library_page(library, command_line(options));
  for (const std::string& problem : page.problems) warn(problem);
  if (library.is_empty()) throw_error<UsageError>("nothing to show; name runs, studies or probes");
  const std::string html = html_page(page);
  write_file_atomically(options.output, html);
  if (options.json)
    print_json(json_kinds::kReport, {{"report", options.output},
                                     {"bytes", html.size()},
                                     {"runs", library.runs().size()},
                                     {"studies", library.studies().size()},
                                     {"probes", library.probes().size()},
                                     {"updates", library.updates().size()},
                                     {"noise_scales", library.noises().size()},
                                     {"theories", library.theories().size()},
                                     {"problems", page.problems}});
  else
    print(fmt::format("report: {}\n", options.output));
  return 0;
}

}  // namespace

void add_report(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("report", "Writes a page about runs, studies and probes.");
  auto options = std::make_shared<ReportOptions>();
  command
      ->add_option("PATH", options->paths,
                   "run or study folders, folders that contain them, JSON files of `prenorm probe`")
      ->required();
  command->add_option("--output", options->output, "the page to write")->type_name("FILE")->capture_default_str();
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm report runs/a runs/b --output report.html");
  run_as(*command, chosen, [options] { return write_report(*options); });
}

}  // namespace prenorm::cli
