#include "cli/commands/commands.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>

#include "cli/translator_options.h"
#include "prenorm/base/error.h"
#include "prenorm/decoding/translate_stream.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::cli {
namespace {

int translate(const TranslatorOptions& options) {
  const app::LoadedTranslator loaded = load(options);
  const decoding::LineTranslator translator(*loaded.model, loaded.tokenizers.source, loaded.tokenizers.target,
                                            loaded.config.decode);
  Progress progress("translating", 0);
  decoding::translate_stream(translator, std::cin, std::cout,
                             {.progress = [&](std::int64_t lines) { progress.update(lines, "lines"); }});
  // The stream cannot distinguish an error from the end.
  if (std::ferror(stdin) != 0) throw_error<FileError>("standard input: cannot be read: {}", std::strerror(errno));
  return 0;
}

}  // namespace

void add_translate(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("translate", "Translates standard input, line by line, to standard output.");
  auto options = std::make_shared<TranslatorOptions>();
  add_translator_options(*command, *options);
  command->add_option("--n-best", options->n_best, "hypotheses written per line, with scores")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  command->footer("Example: prenorm translate runs/my --beam 5 < source.txt > hypothesis.txt");
  run_as(*command, chosen, [options] { return translate(*options); });
}

}  // namespace prenorm::cli
