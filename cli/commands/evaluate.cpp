#include "cli/commands/commands.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/input.h"
#include "cli/output.h"
#include "cli/translator_options.h"
#include "prenorm/base/error.h"
#include "prenorm/decoding/translate.h"
#include "prenorm/files/read_lines.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/metrics/bleu.h"
#include "prenorm/metrics/chrf.h"

namespace prenorm::cli {
namespace {

struct EvaluateOptions {
  TranslatorOptions translator;
  std::string source, reference;
  bool json = false;
};

int evaluate(const EvaluateOptions& options) {
  const std::vector<std::string> source = read_lines(open_text(options.source)),
                                 reference = read_lines(open_text(options.reference));
  if (source.size() != reference.size())
    throw_error<DataError>("{} has {} lines but {} has {}; line N of one must translate line N of the other",
                           options.source, source.size(), options.reference, reference.size());
  if (source.empty()) throw_error<DataError>("{}: the file is empty, there is nothing to translate", options.source);
  const app::LoadedTranslator loaded = load(options.translator);
  const decoding::LineTranslator translator(*loaded.model, loaded.tokenizers.source, loaded.tokenizers.target,
                                            loaded.config.decode);
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::string> hypothesis;
  {
    Progress progress("translating", std::ssize(source));
    for (const auto& best :
         translator.translate(source, {.name = options.source}, [&](std::int64_t lines) { progress.update(lines); }))
      hypothesis.push_back(best.front().text);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const metrics::BleuScore bleu = metrics::corpus_bleu(hypothesis, reference);
  const metrics::ChrfScore chrf = metrics::corpus_chrf(hypothesis, reference);
  if (options.json) {
    print_json(json_kinds::kEvaluation, {{"bleu", bleu.score},
                                         {"chrf", chrf.score},
                                         {"signature", bleu.signature},
                                         {"chrf_signature", chrf.signature},
                                         {"brevity_penalty", bleu.brevity_penalty},
                                         {"lines", source.size()},
                                         {"beam", loaded.config.decode.beam},
                                         {"length_penalty", loaded.config.decode.length_penalty},
                                         {"checkpoint", loaded.checkpoint.string()},
                                         {"translating_seconds", seconds}});
  } else {
    print(fmt::format("BLEU = {:.2f}  {}\n{} = {:.2f}  {}\n{} lines in {:.1f} s, checkpoint {}\n", bleu.score,
                      bleu.signature, chrf.name, chrf.score, chrf.signature, source.size(), seconds,
                      loaded.checkpoint.string()));
  }
  return 0;
}

}  // namespace

void add_evaluate(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("evaluate", "Translates a test set and scores the result.");
  auto options = std::make_shared<EvaluateOptions>();
  add_translator_options(*command, options->translator);
  command->add_option("--source", options->source, "text to translate; - = standard input")
      ->type_name("FILE")
      ->required();
  command->add_option("--reference", options->reference, "its reference translation; - = standard input")
      ->type_name("FILE")
      ->required();
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm evaluate runs/my --source test.en --reference test.de");
  run_as(*command, chosen, [options] { return evaluate(*options); });
}

}  // namespace prenorm::cli
