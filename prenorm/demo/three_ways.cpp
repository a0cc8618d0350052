#include "prenorm/demo/three_ways.h"

#include <fmt/format.h>

#include <chrono>

#include "prenorm/app/setup.h"
#include "prenorm/app/train.h"
#include "prenorm/base/error.h"
#include "prenorm/machine/stop_signal.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/runs/metrics_log.h"
#include "prenorm/tasks/translation_task.h"
#include "prenorm/updates/compute_settings.h"
#include "prenorm/updates/share_workers.h"

namespace prenorm::demo {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kFewestSteps = 120, kMostSteps = 2000;
constexpr std::int64_t kMeasuredSteps = 8;
// Share of the time for updates; the rest is for validation and translation.
constexpr double kUpdateShare = 0.85;

struct Way {
  const char* name;
  const char* folder;
  NormPlacement placement;
  bool warmup;
};
constexpr Way kWays[] = {{"Pre-LN, no warm-up", "pre_ln", NormPlacement::kPreLn, false},
                         {"Post-LN, warm-up", "post_ln-warmup", NormPlacement::kPostLn, true},
                         {"Post-LN, no warm-up", "post_ln", NormPlacement::kPostLn, false}};

Config with_text(Config config, const DemoText& text) {
  config.data.train_source = text.train_source;
  config.data.train_target = text.train_target;
  config.data.valid_source = text.valid_source;
  config.data.valid_target = text.valid_target;
  return config;
}

// Measures the seconds per update from the gradients of a few batches of a model that is then discarded.
double seconds_per_update(const Config& config, const fs::path& prepared) {
  tasks::TranslationTask task(config, app::make_tokenizers(config, prepared), prepared);
  updates::ShareWorkers workers(task, config.runtime);
  const auto gradient = [&](std::int64_t batch) { workers.add_gradients(0, batch, {.training = true}); };
  gradient(0);
  const auto start = std::chrono::steady_clock::now();
  for (std::int64_t i = 1; i <= kMeasuredSteps; ++i) gradient(i);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / kMeasuredSteps;
}

std::int64_t steps_that_fit(const DemoOptions& options, const Config& config, const fs::path& prepared) {
  if (options.steps > 0) return options.steps;
  const double update = seconds_per_update(config, prepared);
  const double budget = 60 * options.minutes * kUpdateShare / static_cast<double>(std::size(kWays));
  const auto steps = std::clamp(static_cast<std::int64_t>(budget / update) / 40 * 40, kFewestSteps, kMostSteps);
  inform(fmt::format("{:.0f} ms per update: {} updates for each of the three runs", 1000 * update, steps));
  return steps;
}

void read_curves(DemoRun& run) {
  runs::read_metrics(runs::RunFolder(run.folder).metrics(), [&](const runs::MetricsLine& line) {
    const auto step = static_cast<double>(runs::step_of(line));
    if (const auto* update = std::get_if<runs::UpdateLine>(&line)) {
      run.loss_steps.push_back(step);
      run.losses.push_back(update->loss);
    } else if (const auto* validation = std::get_if<runs::ValidationLine>(&line)) {
      run.valid_steps.push_back(step);
      run.valid_losses.push_back(validation->validation.loss_nats_per_token);
    } else if (const auto* observation = std::get_if<runs::ObservationLine>(&line);
               observation != nullptr && step == 1) {
      run.gradient_norms = {observation->grad_norms.begin(), observation->grad_norms.end()};
    }
  });
}

void train(DemoRun& run) {
  inform(fmt::format("{}:", run.name));
  // Removes the run of an earlier demo; a folder without a run is not ours.
  std::error_code ignored;
  if (runs::RunFolder(run.folder).exists()) fs::remove_all(run.folder, ignored);
  try {
    const auto result = app::train(run.config, runs::RunFolder(run.folder), app::Start::kNew);
    if (result.reason == runs::StopReason::kSignal)
      throw Interrupted("the demo was stopped; run it again to create its page", StopSignal::received());
    run.training_seconds = result.state.seconds;
    run.valid_loss = result.last_validation->loss_nats_per_token;
    run.bleu = result.last_validation->bleu.value_or(0);
    run.bleu_signature = result.last_validation->bleu_signature;
    run.samples = result.last_validation->samples;
  } catch (const NumericsError& error) {
    warn(error.what());
    run.diverged = true;
  }
  read_curves(run);
}

}  // namespace

// Deep enough that Post-LN needs its warm-up at this rate, small enough to learn something in minutes on two cores.
Config demo_config() {
  Config config;
  config.data.max_source_tokens = 24;
  config.data.max_target_tokens = 24;
  config.tokenizer.vocab_size = 2500;
  config.batch.max_tokens = 512;
  config.model.encoder_layers = 6;
  config.model.decoder_layers = 6;
  config.model.d_model = 128;
  config.model.d_ff = 256;
  config.model.num_heads = 4;
  config.optim.lr = 1e-3;
  config.train.log_every = 10;
  config.train.keep_last = 1;
  config.decode.beam = 4;
  return config;
}

DemoResult train_three_ways(const DemoOptions& options) {
  Config config = with_text(demo_config(), options.text);
  const updates::ComputeSettings settings(config.runtime);
  DemoResult result;
  result.steps = steps_that_fit(options, config, options.output / "prepared");
  config.train.max_steps = result.steps;
  config.train.valid_every = std::max<std::int64_t>(1, result.steps / 8);
  config.train.checkpoint_every = result.steps;
  const std::int64_t warmup = result.steps / 3;
  config.schedule.decay_start_steps = warmup;
  for (const Way& way : kWays) {
    DemoRun run;
    run.name = way.name;
    run.folder = options.output / way.folder;
    run.config = config;
    run.config.model.norm_placement = way.placement;
    run.config.schedule.warmup_steps = way.warmup ? warmup : 0;
    train(run);
    result.runs.push_back(std::move(run));
  }
  return result;
}

}  // namespace prenorm::demo
