#include "cli/registry.h"

#include "cli/commands/commands.h"
#include "cli/explain_error.h"

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


void add_commands(CLI::App& app, Run& chosen) {
  for (const Command& command : kCommands) command.add(app, chosen);
}

std::string_view brief_text(std::string_view name) {
  for (const Command& command : kCommands)
    if (command.name == name) return command.brief;
  return {};
}

constexpr Program kProgram{"prenorm", "Trains Transformers at full learning rate from the first update.", add_commands,
                           brief_text, explain_error};

}  // namespace

const Program& program() { return kProgram; }

}  // namespace prenorm::cli
