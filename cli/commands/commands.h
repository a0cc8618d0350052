// The commands: each adds itself to the parser and, if it is the one that was given, sets what runs. Each is defined in
// the source of its name.
#pragma once

#include "cli/command.h"

namespace prenorm::cli {

void add_bench(CLI::App& app, Run& chosen);
void add_config(CLI::App& app, Run& chosen);
void add_corpus(CLI::App& app, Run& chosen);
void add_corpus_sources(CLI::App& app, Run& chosen);  // what follows `corpus`
void add_demo(CLI::App& app, Run& chosen);
void add_diagnose(CLI::App& app, Run& chosen);
void add_doctor(CLI::App& app, Run& chosen);
void add_evaluate(CLI::App& app, Run& chosen);
void add_export(CLI::App& app, Run& chosen);
void add_generate(CLI::App& app, Run& chosen);
void add_import(CLI::App& app, Run& chosen);
void add_predict(CLI::App& app, Run& chosen);
void add_probe(CLI::App& app, Run& chosen);
void add_prune(CLI::App& app, Run& chosen);
void add_replay(CLI::App& app, Run& chosen);
void add_report(CLI::App& app, Run& chosen);
void add_reproduce(CLI::App& app, Run& chosen);
void add_score(CLI::App& app, Run& chosen);
void add_study(CLI::App& app, Run& chosen);
void add_train(CLI::App& app, Run& chosen);
void add_translate(CLI::App& app, Run& chosen);
void add_watch(CLI::App& app, Run& chosen);

}  // namespace prenorm::cli
