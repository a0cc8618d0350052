#include "cli/commands/commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <string>

#include "cli/output.h"
#include "corpora/debian.h"
#include "corpora/debian_text.h"
#include "corpora/texts/language_sources.h"
#include "prenorm/base/json.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::cli {
namespace {

using corpora::DebianCorpusOptions;
using corpora::DebianCorpusReport;
using corpora::DebianSourceReport;
using corpora::DebianTextOptions;
using corpora::DebianTextReport;

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
    nlohmann::json object = parse_json(corpora::report_to_json(report));
    object["output"] = options.output.string();
    print_json(json_kinds::kCorpus, object);
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

std::string table(const DebianTextReport& report) {
  const auto row = [](std::string_view source, std::string_view licence, std::string_view documents,
                      std::string_view lines, std::string_view words, std::string_view bytes) {
    return fmt::format("{:<10}  {:<13}  {:>9}  {:>9}  {:>11}  {:>11}\n", source, licence, documents, lines, words,
                       bytes);
  };
  const auto counted = [&](std::string_view source, std::string_view licence, const corpora::TextCounts& counts) {
    return row(source, licence, format_count(counts.documents), format_count(counts.lines), format_count(counts.words),
               format_count(counts.bytes));
  };
  std::string text = row("source", "licence", "documents", "lines", "words", "bytes");
  corpora::TextCounts sum;
  for (const corpora::DebianTextSource& source : report.sources) {
    text += counted(source.source, source.licence, source.kept);
    sum += source.kept;
  }
  return text + counted("all", "", sum);
}

int build(const DebianTextOptions& options, bool json) {
  const DebianTextReport report = corpora::build_debian_text(options);
  if (json) {
    nlohmann::json object = parse_json(corpora::text_report_to_json(report));
    object["output"] = options.output.string();
    print_json(json_kinds::kCorpus, object);
  } else {
    print(fmt::format("{}\n{}: {} documents to train on, {} valid, {} test\n", table(report), options.output.string(),
                      format_count(report.train.documents), format_count(report.valid.documents),
                      format_count(report.test.documents)));
  }
  return 0;
}

// The parsed options; one of the two corpora is built.
struct Choice {
  DebianCorpusOptions pair;
  std::string text;
  bool gcide = false, json = false;
};

int build(const Choice& choice) {
  if (choice.text.empty()) return build(choice.pair, choice.json);
  return build(DebianTextOptions{choice.pair.output, choice.pair.cache, choice.gcide}, choice.json);
}

void add_debian(CLI::App& corpus, Run& chosen) {
  CLI::App* command =
      corpus.add_subcommand("debian", "Builds a corpus from Debian packages: downloads, extracts, cleans and splits.");
  auto choice = std::make_shared<Choice>();
  const std::vector<std::string> pairs = known_pairs();
  CLI::Option* pair =
      command->add_option("--pair", choice->pair.pair, fmt::format("parallel text: {}", fmt::join(pairs, ", ")))
          ->type_name("PAIR")
          ->check(one_of(pairs))
          ->capture_default_str();
  CLI::Option* text = command->add_option("--text", choice->text, "monolingual text for language models: en")
                          ->type_name("LANGUAGE")
                          ->check(one_of({"en"}))
                          ->excludes(pair);
  command
      ->add_option("--output", choice->pair.output,
                   "folder of the corpus: {train,dev,test}.{en,XX} or {train,valid,test}.txt, and corpus.json")
      ->type_name("DIR")
      ->required();
  command->add_option("--cache", choice->pair.cache, "folder of the downloads [~/.cache/prenorm]")->type_name("DIR");
  command
      ->add_flag("--general-domain", choice->pair.general_domain_only,
                 "with --pair: dictionary and help texts only, no software messages or manuals")
      ->excludes(text);
  command->add_flag("--gcide", choice->gcide, "with --text: add Webster's dictionary of 1913 (a download of 14.8 MB)")
      ->needs(text);
  add_json_flag(*command, choice->json);
  command->footer("Needs apt-get but not root; installs nothing. Example: prenorm corpus debian --output corpus");
  run_as(*command, chosen, [choice] { return build(*choice); });
}

}  // namespace

void add_corpus_sources(CLI::App& app, Run& chosen) { add_debian(app, chosen); }

void add_corpus(CLI::App& app, Run& chosen) {
  CLI::App* corpus = app.add_subcommand("corpus", "Builds text to train on.");
  corpus->require_subcommand(1);
  corpus->footer("`prenorm corpus debian --help` shows its options.");
  add_corpus_sources(*corpus, chosen);
}

}  // namespace prenorm::cli
