#include "cli/commands.h"

#include "cli/commands/bench.h"
#include "cli/commands/config.h"
#include "cli/commands/corpus.h"
#include "cli/commands/demo.h"
#include "cli/commands/diagnose.h"
#include "cli/commands/doctor.h"
#include "cli/commands/evaluate.h"
#include "cli/commands/generate.h"
#include "cli/commands/probe.h"
#include "cli/commands/replay.h"
#include "cli/commands/report.h"
#include "cli/commands/score.h"
#include "cli/commands/study.h"
#include "cli/commands/train.h"
#include "cli/commands/translate.h"
#include "cli/commands/watch.h"

namespace prenorm::cli {

void add_commands(CLI::App& app, Run& chosen) {
  add_train(app, chosen);
  add_study(app, chosen);
  add_diagnose(app, chosen);
  add_replay(app, chosen);
  add_translate(app, chosen);
  add_generate(app, chosen);
  add_evaluate(app, chosen);
  add_score(app, chosen);
  add_probe(app, chosen);
  add_report(app, chosen);
  add_watch(app, chosen);
  add_config(app, chosen);
  add_corpus(app, chosen);
  add_bench(app, chosen);
  add_doctor(app, chosen);
  add_demo(app, chosen);
}

}  // namespace prenorm::cli
