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
    {add_prune, "prune", "remove neurons or rank"},
    {add_reproduce, "reproduce", "check papers by experiment"},
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
