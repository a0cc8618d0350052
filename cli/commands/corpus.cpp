#include "cli/commands/corpus.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/output.h"
#include "prenorm/base/terminal.h"
#include "prenorm/corpora/debian.h"
#include "prenorm/corpora/language_sources.h"

namespace prenorm::cli {
namespace {

using corpora::DebianCorpusOptions;
using corpora::DebianCorpusReport;
using corpora::DebianSourceReport;

std::string table(const DebianCorpusReport& report) {
  const std::string other = report.pair.substr(report.pair.find('-') + 1);
  const auto row = [](std::string_view source, std::string_view licence, std::string_view extracted,
                      std::string_view kept, std::string_view english, std::string_view foreign) {
    return fmt::format("{:<10}  {:<12}  {:>11}  {:>9}  {:>11}  {:>11}\n", source, licence, extracted, kept, english,
                       foreign);
  };
  std::string text = row("source", "licence", "extracted", "kept", "en words", other + " words");
  DebianSourceReport sum;
  for (const DebianSourceReport& source : report.sources) {
    text += row(source.tag, source.licence, format_count(source.extracted), format_count(source.kept),
                format_count(source.english_words), format_count(source.other_words));
    sum.extracted += source.extracted;
    sum.kept += source.kept;
    sum.english_words += source.english_words;
    sum.other_words += source.other_words;
  }
  return text + row("all", "", format_count(sum.extracted), format_count(sum.kept), format_count(sum.english_words),
                    format_count(sum.other_words));
}

int build(const DebianCorpusOptions& options, bool json) {
  const DebianCorpusReport report = corpora::build_debian_corpus(options);
  if (json) {
    nlohmann::json object = nlohmann::json::parse(corpora::report_to_json(report));
    object["output"] = options.output.string();
    print_json(object);
  } else {
    print(fmt::format("{}\n{}: {} pairs to train on, {} dev, {} test\n", table(report), options.output.string(),
                      format_count(report.train), format_count(report.dev), format_count(report.test)));
  }
  return 0;
}

std::vector<std::string> known_pairs() {
  std::vector<std::string> pairs;
  for (const corpora::LanguageSources& language : corpora::known_languages())
    pairs.push_back(fmt::format("en-{}", language.code));
  return pairs;
}

void add_debian(CLI::App& corpus, Run& chosen) {
  CLI::App* command = corpus.add_subcommand(
      "debian", "Builds a parallel corpus from Debian packages: downloads, extracts, cleans and splits.");
  auto options = std::make_shared<DebianCorpusOptions>();
  auto json = std::make_shared<bool>(false);
  const std::vector<std::string> pairs = known_pairs();
  command->add_option("--pair", options->pair, fmt::format("languages: {}", fmt::join(pairs, ", ")))
      ->type_name("PAIR")
      ->check(one_of(pairs))
      ->capture_default_str();
  command->add_option("--output", options->output, "folder of the corpus: {train,dev,test}.{en,XX} and corpus.json")
      ->type_name("DIR")
      ->required();
  command->add_option("--cache", options->cache, "folder of the downloads [~/.cache/prenorm]")->type_name("DIR");
  command->add_flag("--general-domain", options->general_domain_only,
                    "dictionary and help texts only, no software messages or manuals");
  add_json_flag(*command, *json);
  command->footer("Needs apt-get, no root; nothing is installed. Example: prenorm corpus debian --output corpus");
  run_as(*command, chosen, [options, json] { return build(*options, *json); });
}

}  // namespace

void add_corpus(CLI::App& app, Run& chosen) {
  CLI::App* corpus = app.add_subcommand("corpus", "Builds parallel text to train on.");
  corpus->require_subcommand(1);
  corpus->footer("`prenorm corpus debian --help` shows its options.");
  add_debian(*corpus, chosen);
}

}  // namespace prenorm::cli
