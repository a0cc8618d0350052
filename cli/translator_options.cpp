#include "cli/translator_options.h"

#include "cli/run_process.h"
#include "prenorm/config/validate.h"

namespace prenorm::cli {

void add_translator_options(CLI::App& command, TranslatorOptions& options) {
  command.add_option("RUN", options.run, "a run folder")->required();
  command
      .add_option("--checkpoint", options.checkpoint,
                  "average, best, last or a step [the first that exists, in this order]")
      ->type_name("NAME");
  command.add_option("--beam", options.beam, "hypotheses kept per sentence; 1 = greedy")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  command.add_option("--length-penalty", options.length_penalty, "A in score = log P / length^A")
      ->type_name("A")
      ->check(CLI::Range(0.0, 10.0));
  command.add_option("--threads", options.threads, "number of threads; 0 = one per core")
      ->type_name("N")
      ->check(CLI::Range(0, 4096));
}

app::LoadedTranslator load(const TranslatorOptions& options) {
  const runs::RunFolder folder(options.run);
  set_up_process_of(folder, options.threads);
  app::LoadedTranslator loaded = app::load_translator(folder, options.checkpoint);
  DecodeConfig& decode = loaded.config.decode;
  decode.beam = options.beam.value_or(decode.beam);
  decode.length_penalty = options.length_penalty.value_or(decode.length_penalty);
  decode.n_best = options.n_best.value_or(std::min(decode.n_best, decode.beam));
  validate(loaded.config);
  return loaded;
}

}  // namespace prenorm::cli
