#include "cli/commands/commands.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/output.h"
#include "corpora/debian.h"
#include "prenorm/base/error.h"
#include "prenorm/demo/demo_page.h"
#include "prenorm/demo/three_ways.h"
#include "prenorm/files/file.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/updates/compute_settings.h"

namespace prenorm::cli {
namespace {

namespace fs = std::filesystem;

struct DemoOptions {
  std::string output = "demo", source, target, valid_source, valid_target;
  std::int64_t steps = 0;
  double minutes = 5;
  bool json = false;
};

// The user's text, or the built-in corpus.
demo::DemoText text_of(const DemoOptions& o) {
  const bool own = !o.source.empty() || !o.target.empty();
  if (own && (o.source.empty() || o.target.empty()))
    throw_error<UsageError>("--source and --target must be given together: a text and its translation, line by line");
  if (own && o.valid_source.empty() != o.valid_target.empty())
    throw_error<UsageError>("--valid-source and --valid-target must be given together");
  if (own)
    return {o.source, o.target, o.valid_source.empty() ? o.source : o.valid_source,
            o.valid_target.empty() ? o.target : o.valid_target};
  const fs::path folder = fs::path(o.output) / "corpus";
  corpora::build_debian_corpus({.pair = "en-de", .output = folder, .cache = {}, .general_domain_only = true});
  return {folder / "train.en", folder / "train.de", folder / "dev.en", folder / "dev.de"};
}

std::string command_line(const DemoOptions& o) {
  std::string text = fmt::format("prenorm demo --output {}", o.output);
  if (!o.source.empty()) text += fmt::format(" --source {} --target {}", o.source, o.target);
  if (!o.valid_source.empty())
    text += fmt::format(" --valid-source {} --valid-target {}", o.valid_source, o.valid_target);
  return text + (o.steps > 0 ? fmt::format(" --steps {}", o.steps) : fmt::format(" --minutes {:g}", o.minutes));
}

nlohmann::json summary(const demo::DemoResult& result, const fs::path& report, double seconds) {
  nlohmann::json json{{"steps", result.steps}, {"seconds", seconds}, {"report", report.string()}};
  for (const demo::DemoRun& run : result.runs)
    json["runs"].push_back({{"name", run.name},
                            {"run", run.folder.string()},
                            {"diverged", run.diverged},
                            {"valid_loss_nats_per_token", run.valid_loss},
                            {"bleu", run.bleu},
                            {"signature", run.bleu_signature},
                            {"training_seconds", run.training_seconds}});
  return json;
}

int run_demo(const DemoOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  updates::keep_freed_memory();
  const demo::DemoResult result = demo::train_three_ways(
      {.text = text_of(options), .output = options.output, .steps = options.steps, .minutes = options.minutes});
  const fs::path report = fs::path(options.output) / "report.html";
  write_file_atomically(report, html_page(demo_page(result, command_line(options))));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (options.json) {
    print_json(json_kinds::kDemo, summary(result, report, seconds));
  } else {
    print(demo_table(result));
    print(fmt::format("\nreport: {} ({} in all)\n", report.string(), format_duration(seconds)));
  }
  return 0;
}

}  // namespace

void add_demo(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("demo", "Trains one model three ways and shows what LN placement does.");
  auto options = std::make_shared<DemoOptions>();
  command->add_option("--output", options->output, "folder for corpus, runs and report.html")
      ->type_name("DIR")
      ->capture_default_str();
  command->add_option("--source", options->source, "your own text instead of the built-in one")->type_name("FILE");
  command->add_option("--target", options->target, "its translation")->type_name("FILE");
  command->add_option("--valid-source", options->valid_source, "text to validate on [the training text]")
      ->type_name("FILE");
  command->add_option("--valid-target", options->valid_target, "its translation")->type_name("FILE");
  command->add_option("--minutes", options->minutes, "training time of the three runs together")
      ->type_name("M")
      ->check(CLI::Range(0.1, 10000.0))
      ->capture_default_str();
  command->add_option("--steps", options->steps, "updates per run, instead of --minutes")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm demo --output demo");
  run_as(*command, chosen, [options] { return run_demo(*options); });
}

}  // namespace prenorm::cli
