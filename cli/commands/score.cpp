#include "cli/commands/commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/input.h"
#include "cli/output.h"
#include "prenorm/base/error.h"
#include "prenorm/base/utf8.h"
#include "prenorm/files/line_reader.h"
#include "prenorm/metrics/bleu.h"
#include "prenorm/metrics/chrf.h"

namespace prenorm::cli {
namespace {

using metrics::BleuScore;
using metrics::BleuTokenizer;
using metrics::ChrfScore;

struct ScoreOptions {
  std::string reference, hypothesis;
  std::string metric = "bleu", tokenizer = "13a", word_order = "0";
  bool tokenizer_given = false, word_order_given = false;
  bool lowercase = false, json = false;
};

struct Text {
  std::string name;
  std::vector<std::string> lines;
};

Text read_text(const std::string& path) {
  LineReader reader = open_text(path);
  return {reader.path().string(), reader.all_lines()};
}

void check(const Text& hypothesis, const Text& reference) {
  const auto count = [](const Text& text) {
    return fmt::format("{} {} line{}", text.name,
                       text.lines.empty() ? "has no" : fmt::format("has {}", text.lines.size()),
                       text.lines.size() == 1 ? "" : "s");
  };
  if (reference.lines.empty())
    throw_error<DataError>("{}: the file is empty, there is nothing to score against", reference.name);
  if (hypothesis.lines.size() != reference.lines.size())
    throw_error<DataError>("{} but {}; line N of one must translate line N of the other", count(hypothesis),
                           count(reference));
  for (const Text* text : {&hypothesis, &reference})
    for (std::size_t i = 0; i < text->lines.size(); ++i)
      if (!is_utf8(text->lines[i])) throw_error<DataError>("{}:{}: not UTF-8; convert the file", text->name, i + 1);
}

BleuTokenizer tokenizer_named(std::string_view name) {
  for (const auto& [tokenizer, its_name] : EnumNames<BleuTokenizer>::values)
    if (its_name == name) return tokenizer;
  throw_error<UsageError>("--tokenize: {} is not known", name);
}

BleuScore bleu_of(const ScoreOptions& options, const Text& hypothesis, const Text& reference) {
  return metrics::corpus_bleu(hypothesis.lines, reference.lines,
                              {tokenizer_named(options.tokenizer), options.lowercase});
}

ChrfScore chrf_of(const ScoreOptions& options, const Text& hypothesis, const Text& reference) {
  const std::size_t word_order = options.word_order == "2" ? 2 : 0;
  return metrics::corpus_chrf(hypothesis.lines, reference.lines, {word_order, options.lowercase});
}

void print_bleu(const BleuScore& bleu) {
  print(fmt::format("BLEU = {:.2f} ({:.1f}, brevity penalty {:.2f}, hypothesis/reference length {}/{})\n{}\n",
                    bleu.score, fmt::join(bleu.precisions, "/"), bleu.brevity_penalty, bleu.hypothesis_length,
                    bleu.reference_length, bleu.signature));
}

nlohmann::json to_json(const ScoreOptions& options, const BleuScore& bleu, const ChrfScore& chrf, std::size_t lines) {
  return {{"metric", options.metric},
          {"bleu", bleu.score},
          {"chrf", chrf.score},
          {"chrf_name", chrf.name},
          {"signature", options.metric == "bleu" ? bleu.signature : chrf.signature},
          {"bleu_signature", bleu.signature},
          {"chrf_signature", chrf.signature},
          {"precisions", bleu.precisions},
          {"brevity_penalty", bleu.brevity_penalty},
          {"hypothesis_length", bleu.hypothesis_length},
          {"reference_length", bleu.reference_length},
          {"lines", lines}};
}

int score(const ScoreOptions& options) {
  const bool wants_bleu = options.metric == "bleu";
  if (!options.json && wants_bleu && options.word_order_given)
    throw_error<UsageError>("--word-order is for chrF only; add --metric chrf, or leave it out");
  if (!options.json && !wants_bleu && options.tokenizer_given)
    throw_error<UsageError>("--tokenize is for BLEU only; chrF has no tokenizer, leave it out");
  const Text reference = read_text(options.reference), hypothesis = read_text(options.hypothesis);
  check(hypothesis, reference);
  if (options.json) {
    print_json(json_kinds::kScores, to_json(options, bleu_of(options, hypothesis, reference),
                                            chrf_of(options, hypothesis, reference), reference.lines.size()));
  } else if (wants_bleu) {
    print_bleu(bleu_of(options, hypothesis, reference));
  } else {
    const ChrfScore chrf = chrf_of(options, hypothesis, reference);
    print(fmt::format("{} = {:.2f}\n{}\n", chrf.name, chrf.score, chrf.signature));
  }
  return 0;
}

}  // namespace

void add_score(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("score", "Scores a translation: BLEU and chrF as sacreBLEU computes them.");
  auto options = std::make_shared<ScoreOptions>();
  command->add_option("--reference", options->reference, "the reference translation, one sentence per line")
      ->type_name("FILE")
      ->required();
  command->add_option("HYPOTHESIS", options->hypothesis, "the translation to score [standard input]");
  command->add_option("--metric", options->metric, "bleu or chrf")
      ->type_name("NAME")
      ->check(one_of({"bleu", "chrf"}))
      ->capture_default_str();
  const CLI::Option* tokenizer =
      command->add_option("--tokenize", options->tokenizer, "BLEU's tokenizer: 13a, intl, char or none")
          ->type_name("NAME")
          ->check(one_of(names_of(EnumNames<BleuTokenizer>::values)))
          ->capture_default_str();
  const CLI::Option* word_order = command->add_option("--word-order", options->word_order, "0 for chrF, 2 for chrF++")
                                      ->type_name("N")
                                      ->check(one_of({"0", "2"}))
                                      ->capture_default_str();
  command->add_flag("--lowercase", options->lowercase, "ignore case");
  add_json_flag(*command, options->json);
  command->footer("Files may be gzip. Example: prenorm score --reference test.de output.de");
  run_as(*command, chosen, [options, tokenizer, word_order] {
    options->tokenizer_given = tokenizer->count() > 0;
    options->word_order_given = word_order->count() > 0;
    return score(*options);
  });
}

}  // namespace prenorm::cli
