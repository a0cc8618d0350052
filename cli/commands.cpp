#include "cli/commands.h"

#include "cli/commands/bench.h"
#include "cli/commands/config.h"
#include "cli/commands/corpus.h"
#include "cli/commands/demo.h"
#include "cli/commands/diagnose.h"
#include "cli/commands/doctor.h"
#include "cli/commands/evaluate.h"
#include "cli/commands/export.h"
#include "cli/commands/generate.h"
#include "cli/commands/import.h"
#include "cli/commands/predict.h"
#include "cli/commands/probe.h"
#include "cli/commands/replay.h"
#include "cli/commands/report.h"
#include "cli/commands/score.h"
#include "cli/commands/study.h"
#include "cli/commands/train.h"
#include "cli/commands/translate.h"
#include "cli/commands/watch.h"

namespace prenorm::cli {

namespace {

struct Command {
  void (*add)(CLI::App& app, Run& chosen);
  std::string_view name, brief;
};

constexpr Command kCommands[] = {
    {add_train, "train", "train a model"},
    {add_study, "study", "compare many settings"},
    {add_diagnose, "diagnose", "explain what went wrong"},
    {add_replay, "replay", "observe one update again"},
    {add_translate, "translate", "translate lines of text"},
    {add_generate, "generate", "continue a prompt"},
    {add_evaluate, "evaluate", "score a run on a test set"},
    {add_score, "score", "compute BLEU and chrF"},
    {add_predict, "predict", "classify examples"},
    {add_probe, "probe", "measure gradients by layer"},
    {add_report, "report", "write a page about runs"},
    {add_watch, "watch", "show runs in the browser"},
    {add_export, "export", "write Hugging Face files"},
    {add_import, "import", "read Hugging Face files"},
    {add_config, "config", "show values and origins"},
    {add_corpus, "corpus", "build a training corpus"},
    {add_bench, "bench", "measure speed"},
    {add_doctor, "doctor", "check this machine"},
    {add_demo, "demo", "show what placement does"},
};

}  // namespace

void add_commands(CLI::App& app, Run& chosen) {
  for (const Command& command : kCommands) command.add(app, chosen);
}

std::string_view brief_text(std::string_view name) {
  for (const Command& command : kCommands)
    if (command.name == name) return command.brief;
  return {};
}

}  // namespace prenorm::cli
