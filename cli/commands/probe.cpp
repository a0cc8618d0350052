#include "cli/commands/commands.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/output.h"
#include "cli/run_process.h"
#include "prenorm/advice/advice_text.h"
#include "prenorm/app/make_task.h"
#include "prenorm/base/error.h"
#include "prenorm/config/load.h"
#include "prenorm/papers/xiong2020/theory.h"
#include "prenorm/probe/noise_probe.h"
#include "prenorm/probe/probe.h"
#include "prenorm/probe/probe_text.h"
#include "prenorm/probe/weight_updates_text.h"
#include "prenorm/updates/compute_settings.h"

namespace prenorm::cli {
namespace {

constexpr std::int64_t kAdviceSeeds = 3;

struct ProbeOptions {
  std::string subject, checkpoint;
  std::vector<std::string> set, placements;
  probe::ProbeOptions probe;
  std::optional<std::int64_t> seeds;
  std::optional<std::int64_t> batches;
  bool advise = false, theory = false, updates = false, noise_scale = false, json = false;
};

std::vector<NormPlacement> placements_of(const std::vector<std::string>& names) {
  std::vector<NormPlacement> placements;
  for (const std::string& name : names)
    for (const auto& [placement, known] : EnumNames<NormPlacement>::values)
      if (name == known) placements.push_back(placement);
  return placements;
}

int check_theory(const ProbeOptions& options) {
  updates::set_up_process({});
  const std::vector<papers::Check> checks = papers::xiong2020::check_theory({});
  if (options.json)
    print_json(json_kinds::kTheoryChecks, {{"checks", papers::xiong2020::theory_json(checks)}});
  else
    print(papers::xiong2020::theory_table(checks));
  const auto failed = std::find_if(checks.begin(), checks.end(), [](const papers::Check& c) { return !c.pass(); });
  if (failed == checks.end()) return 0;
  flush_output();
  throw_error<Error>("{} at {}: measured {:.4g}, outside {:g} to {:g} ({})", failed->name, setting_text(*failed),
                     failed->measured, failed->accepted.low, failed->accepted.high, failed->what);
}

std::unique_ptr<updates::Task> build_task(const Config& config) {
  return app::measuring_task(config, {.prepared_dir = "runs/prepared"});
}

probe::Probe measure(const ProbeOptions& options) {
  const runs::RunFolder run(options.subject);
  if (run.exists()) {
    if (!options.set.empty()) throw_error<UsageError>("{} is a run: --set is for a configuration", options.subject);
    const Config config = load_run_config(options.subject).config;
    updates::set_up_process(config.runtime);
    return probe::probe_checkpoint(run, options.checkpoint, options.probe.batches);
  }
  if (!options.checkpoint.empty())
    throw_error<UsageError>("{}: --checkpoint needs a run folder, and this is not one", options.subject);
  const Config config = load_config(options.subject, options.set).config;
  updates::set_up_process(config.runtime);
  return probe::probe(config, options.probe, build_task);
}

// Whether an option was given that is about measuring gradients and states.
bool asks_to_measure(const ProbeOptions& options) {
  return !options.placements.empty() || !options.probe.depths.empty() || !options.probe.widths.empty() ||
         options.probe.simplified;
}

int probe_updates(const ProbeOptions& options) {
  const runs::RunFolder run(options.subject);
  if (!run.exists()) throw_error<UsageError>("{}: --updates needs a run folder, and this is not one", options.subject);
  if (asks_to_measure(options) || options.advise || options.seeds || !options.set.empty() || options.batches)
    throw_error<UsageError>("--updates takes a run and --checkpoint only; leave the other options out");
  set_up_process_of(run, std::nullopt);
  const probe::WeightUpdates updates = probe::probe_updates(run, options.checkpoint);
  if (options.json)
    print_json(json_kinds::kWeightUpdates, nlohmann::json(updates));
  else
    print(report_of(updates));
  return 0;
}

int probe_noise_scale(const ProbeOptions& options) {
  const runs::RunFolder run(options.subject);
  if (!run.exists())
    throw_error<UsageError>("{}: --noise-scale needs a run folder, and this is not one", options.subject);
  if (asks_to_measure(options) || options.advise || options.updates || options.seeds || !options.set.empty())
    throw_error<UsageError>("--noise-scale takes a run, --checkpoint and --batches only; leave the other options out");
  set_up_process_of(run, std::nullopt);
  const probe::NoiseProbe result =
      probe::probe_noise_scale(run, options.checkpoint, options.batches.value_or(probe::kNoiseBatches));
  if (options.json)
    print_json(json_kinds::kNoiseScale, to_json(result));
  else
    print(report_of(result));
  return 0;
}

int advise(const ProbeOptions& options) {
  if (runs::RunFolder(options.subject).exists())
    throw_error<UsageError>("{} is a run: --advise is for a configuration before training; name its config.toml",
                            options.subject);
  if (asks_to_measure(options) || !options.checkpoint.empty())
    throw_error<UsageError>("--advise takes a configuration and --set only; leave the other options out");
  const Config config = load_config(options.subject, options.set).config;
  updates::set_up_process(config.runtime);
  const advice::Advice advice = advice::advise(config, options.seeds.value_or(kAdviceSeeds), build_task);
  if (options.json)
    print_json(json_kinds::kAdvice, to_json(advice));
  else
    print(to_text(advice));
  return 0;
}

int run_probe(ProbeOptions options) {
  if (options.theory) return check_theory(options);
  if (options.subject.empty())
    throw_error<UsageError>("nothing to probe: name a TOML file or a run folder, or use --theory");
  if (options.noise_scale) return probe_noise_scale(options);
  if (options.updates) return probe_updates(options);
  if (options.advise) return advise(options);
  options.probe.seeds = options.seeds.value_or(options.probe.seeds);
  options.probe.batches = options.batches.value_or(options.probe.batches);
  options.probe.placements = placements_of(options.placements);
  const probe::Probe result = measure(options);
  if (options.json)
    print_json(json_kinds::kProbe, to_json(result));
  else
    print(report_of(result));
  return 0;
}

void add_lists(CLI::App& command, ProbeOptions& o) {
  command.add_option("--placements", o.placements, "LN placements to compare: post_ln,pre_ln")
      ->type_name("LIST")
      ->delimiter(',')
      ->check(one_of(names_of(EnumNames<NormPlacement>::values)));
  command.add_option("--depths", o.probe.depths, "numbers of layers per stack: 6,8,10,12,14")
      ->type_name("LIST")
      ->delimiter(',')
      ->check(CLI::Range(1, 1000));
  command.add_option("--widths", o.probe.widths, "values of d_model, d_ff in proportion: 128,256")
      ->type_name("LIST")
      ->delimiter(',')
      ->check(CLI::Range(2, 65536));
}

}  // namespace

void add_probe(CLI::App& app, Run& chosen) {
  CLI::App* command =
      app.add_subcommand("probe", "Measures gradients and hidden states and compares them with the theory.");
  auto options = std::make_shared<ProbeOptions>();
  command->add_option("CONFIG", options->subject, "a TOML file (without data: on synthetic text), or a run folder");
  command->add_option("--checkpoint", options->checkpoint, "for a run: average, best, last or a step [first existing]")
      ->type_name("WHICH");
  add_lists(*command, *options);
  command->add_option("--seeds", options->seeds, "models of each kind [5; 3 with --advise]")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000));
  command->add_option("--batches", options->batches, "batches for each model [4; 32 with --noise-scale]")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000));
  command->add_flag("--simplified", options->probe.simplified, "use the simplified setting of the paper's theory");
  command->add_flag("--advise", options->advise, "predict whether it needs warm-up, and the largest rate");
  command->add_flag("--updates", options->updates, "for a run: spectra of what training added to weights");
  command->add_flag("--noise-scale", options->noise_scale, "for a run: the gradient noise scale of its parts");
  command->add_flag("--theory", options->theory, "check the paper's lemmas and theorem; needs no CONFIG");
  command->add_option("--set", options->set, "override a key; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm probe my.toml --placements post_ln,pre_ln --depths 6,12");
  run_as(*command, chosen, [options] { return run_probe(*options); });
}

}  // namespace prenorm::cli
