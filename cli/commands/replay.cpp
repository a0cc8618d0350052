#include "cli/commands/commands.h"

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/output.h"
#include "prenorm/app/replay_run.h"
#include "prenorm/diagnosis/replay.h"
#include "prenorm/updates/compute_settings.h"

namespace prenorm::cli {
namespace {

struct ReplayOptions {
  std::string run;
  std::int64_t step = 0;
  bool json = false;
};

int replay(const ReplayOptions& options) {
  updates::keep_freed_memory();
  const diagnosis::Replay result = app::replay_run(runs::RunFolder(options.run), options.step);
  if (options.json)
    print_json(json_kinds::kReplay, diagnosis::to_json(result));
  else
    print(diagnosis::to_page(result));
  return 0;
}

}  // namespace

void add_replay(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("replay", "Repeats one update of a run with every tensor observed.");
  auto options = std::make_shared<ReplayOptions>();
  command->add_option("RUN", options->run, "the run folder; it is not changed")->required();
  command->add_option("--step", options->step, "which update, counted from 1")->type_name("N")->required();
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm replay runs/first --step 1200");
  run_as(*command, chosen, [options] { return replay(*options); });
}

}  // namespace prenorm::cli
