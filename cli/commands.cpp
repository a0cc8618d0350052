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
#include "cli/commands/reproduce.h"
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
    {add_train, "train", "a model, as configured"},
    {add_study, "study", "many settings, compared"},
    {add_diagnose, "diagnose", "what went wrong, and why"},
    {add_replay, "replay", "one update, observed"},
    {add_translate, "translate", "text, line by line"},
    {add_generate, "generate", "text from a prompt"},
    {add_evaluate, "evaluate", "translate a test, score it"},
    {add_score, "score", "BLEU and chrF of a text"},
    {add_predict, "predict", "classes of examples"},
    {add_probe, "probe", "gradients beside theory"},
    {add_reproduce, "reproduce", "claims of papers, checked"},
    {add_report, "report", "a page about runs"},
    {add_watch, "watch", "runs as they go on"},
    {add_export, "export", "a model to other programs"},
    {add_import, "import", "a model from others"},
    {add_config, "config", "each value, its origin"},
    {add_corpus, "corpus", "text to train on"},
    {add_bench, "bench", "speed on this machine"},
    {add_doctor, "doctor", "is this machine ready?"},
    {add_demo, "demo", "LN placement at work"},
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
