#include "cli/commands/commands.h"

#include <memory>
#include <string>

#include "cli/output.h"
#include "prenorm/diagnosis/diagnose_run.h"

namespace prenorm::cli {
namespace {

struct DiagnoseOptions {
  std::string run;
  bool json = false;
};

// The exit code is 1 if something is wrong, as for doctor.
int diagnose(const DiagnoseOptions& options) {
  const diagnosis::RunDiagnosis diagnosis = diagnosis::diagnose_run(runs::RunFolder(options.run));
  if (options.json)
    print_json(json_kinds::kDiagnosis, diagnosis.json);
  else
    print(diagnosis.page);
  return diagnosis.nothing_wrong ? 0 : 1;
}

}  // namespace

void add_diagnose(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("diagnose", "Explains what is wrong with a run, why, and what to change.");
  auto options = std::make_shared<DiagnoseOptions>();
  command->add_option("RUN", options->run, "a run folder; the run may still be training")->required();
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm diagnose runs/first");
  run_as(*command, chosen, [options] { return diagnose(*options); });
}

}  // namespace prenorm::cli
