#include "cli/commands/commands.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/output.h"
#include "cli/watch/server.h"
#include "prenorm/base/error.h"
#include "prenorm/pages/run_sections.h"

namespace prenorm::cli {
namespace {

struct WatchOptions {
  std::vector<std::string> paths;
  int port = 8642;
  bool json = false;
};

// A missing folder may still appear while another exists; if all are missing, a name is probably misspelt.
void check_paths(const std::vector<std::string>& paths) {
  std::error_code error;
  for (const std::string& path : paths)
    if (std::filesystem::exists(path, error)) return;
  throw_error<UsageError>("{}: does not exist; name a run, a study, or a folder in which runs will appear",
                          paths.front());
}

int watch(const WatchOptions& options) {
  check_paths(options.paths);
  std::string command = "prenorm report";
  for (const std::string& path : options.paths) command += fmt::format(" {}", pages::shell_word(path));
  pages::LivePage page({options.paths.begin(), options.paths.end()}, command);
  serve(page, options.port, [&](int port) {
    const std::string address = fmt::format("http://127.0.0.1:{}/", port);
    if (options.json)
      print_json(json_kinds::kWatch, {{"address", address}, {"port", port}});
    else
      print(fmt::format("watching at {} (Ctrl-C ends it)\n", address));
    flush_output();
  });
  return 0;
}

}  // namespace

void add_watch(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("watch", "Shows runs in the browser while they train.");
  auto options = std::make_shared<WatchOptions>();
  command->add_option("PATH", options->paths, "run or study folders, or folders in which runs will appear")->required();
  command->add_option("--port", options->port, "port on 127.0.0.1; 0 = any free port")
      ->type_name("N")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm watch runs");
  run_as(*command, chosen, [options] { return watch(*options); });
}

}  // namespace prenorm::cli
