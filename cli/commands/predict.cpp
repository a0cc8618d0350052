#include "cli/commands/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/input.h"
#include "cli/output.h"
#include "cli/run_process.h"
#include "prenorm/app/classifier.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::cli {
namespace {

using Scores = std::vector<std::pair<std::string, double>>;

struct PredictOptions {
  std::string run, table, output, checkpoint;
  std::optional<std::int64_t> threads;
  bool probabilities = false, json = false;
};

app::LoadedClassifier load(const PredictOptions& options) {
  const runs::RunFolder folder(options.run);
  set_up_process_of(folder, options.threads);
  return app::load_classifier(folder, options.checkpoint);
}

std::string row_of_class(const app::Predictions& predictions, std::size_t i, const data::ExampleFormat& format,
                         bool all_probabilities) {
  const std::int64_t best = predictions.answers.classes[i];
  std::string row = fmt::format("{}\t{}", i, format.classes[best]);
  if (!all_probabilities) return row + fmt::format("\t{:.6f}\n", predictions.probabilities[i][best]);
  for (const double p : predictions.probabilities[i]) row += fmt::format("\t{:.6f}", p);
  return row + "\n";
}

// One line per example, in the order of the table.
std::string as_table(const app::Predictions& predictions, const data::ExampleFormat& format, bool all_probabilities) {
  std::string text = "index\tprediction";
  if (all_probabilities) {
    for (const std::string& name : format.classes) text += "\t" + name;
  } else if (format.has_classes()) {
    text += "\tprobability";
  }
  text += "\n";
  for (std::size_t i = 0; i < predictions.answers.classes.size(); ++i)
    text += row_of_class(predictions, i, format, all_probabilities);
  for (std::size_t i = 0; i < predictions.answers.values.size(); ++i)
    text += fmt::format("{}\t{:.6g}\n", i, predictions.answers.values[i]);
  return text;
}

nlohmann::ordered_json as_json(const PredictOptions& options, const app::LoadedClassifier& loaded,
                               std::int64_t examples, const Scores& scores) {
  nlohmann::ordered_json json{{"examples", examples}, {"checkpoint", loaded.checkpoint.string()}};
  for (const auto& [name, value] : scores) json[name] = value;
  if (!options.output.empty()) json["output"] = options.output;
  return json;
}

int predict(const PredictOptions& options) {
  if (!options.output.empty()) {
    std::vector<std::filesystem::path> inputs = runs::RunFolder(options.run).files();
    inputs.emplace_back(options.table);
    refuse_input_as_output("--output", options.output, inputs);
  }
  const data::Table table = data::read_table(open_text(options.table));
  const app::LoadedClassifier loaded = load(options);
  const bool labelled = data::columns_of(table, loaded.format, /*optional_label=*/true).label.has_value();
  const batches::Examples examples =
      batches::make_examples(table, loaded.format, loaded.tokenizer, loaded.config.data.sequence_length,
                             labelled ? batches::TableLabels::kNeeded : batches::TableLabels::kIgnored);
  app::Predictions predictions;
  {
    Progress progress("predicting", examples.size());
    predictions = app::predict(loaded, examples, [&](std::int64_t done) { progress.update(done); });
  }
  Scores scores;
  if (labelled) scores = tasks::scores_of(loaded.format.scores, predictions.answers, app::labels_of(examples));
  const bool all_probabilities = options.probabilities && loaded.format.has_classes();
  const std::string rows = as_table(predictions, loaded.format, all_probabilities);
  if (!options.output.empty()) {
    write_file_atomically(options.output, rows);
  } else if (!options.json) {
    print(rows);
  }
  if (options.json) print_json(json_kinds::kPredictions, as_json(options, loaded, examples.size(), scores));
  std::string summary = fmt::format("{} examples", format_count(examples.size()));
  for (const auto& [name, value] : scores) summary += fmt::format(", {} {:.4f}", name, value);
  inform(summary);
  return 0;
}

}  // namespace

void add_predict(CLI::App& app, Run& chosen) {
  CLI::App* command =
      app.add_subcommand("predict", "Classifies the examples of a table and scores the answers if it has labels.");
  auto options = std::make_shared<PredictOptions>();
  command->add_option("RUN", options->run, "a run folder of task = \"classification\"")->required();
  command
      ->add_option("TABLE", options->table, "tab-separated, with the column names used in training; - = standard input")
      ->required();
  command->add_option("--output", options->output, "write predictions to this file, not to standard output")
      ->type_name("FILE");
  command
      ->add_option("--checkpoint", options->checkpoint,
                   "average, best, last or a step [the first that exists, in this order]")
      ->type_name("NAME");
  command->add_flag("--probabilities", options->probabilities, "write the probability of every class");
  command->add_option("--threads", options->threads, "number of threads; 0 = one per core")
      ->type_name("N")
      ->check(CLI::Range(0, 4096));
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm predict runs/mrpc dev.tsv --output predictions.tsv");
  run_as(*command, chosen, [options] { return predict(*options); });
}

}  // namespace prenorm::cli
