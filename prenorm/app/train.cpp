#include "prenorm/app/train.h"

#include <memory>
#include <optional>

#include "prenorm/app/make_task.h"
#include "prenorm/app/pretrained.h"
#include "prenorm/app/setup.h"
#include "prenorm/base/error.h"
#include "prenorm/config/layers_text.h"
#include "prenorm/config/load.h"
#include "prenorm/config/validate.h"
#include "prenorm/config/write.h"
#include "prenorm/files/file.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/runs/run_lock.h"
#include "prenorm/runs/same_run.h"
#include "prenorm/tasks/classification_task.h"
#include "prenorm/updates/compute_settings.h"

namespace prenorm::app {
using runs::RunFolder;
namespace {

void check_same_run(const Config& config, const RunFolder& folder) {
  if (const auto differs = runs::first_difference(config, load_run_config(folder.path()).config))
    throw_error<UsageError>(
        "{}: cannot resume with {} = {}, the run was started with {}; use that value, or start another run with --run",
        folder.path().string(), differs->key, differs->now, differs->before);
}

// Uses the model that train.pretrained gave the run when it began, since the other run may no longer exist.
Config with_model_of(Config config, const RunFolder& folder) {
  if (!config.train.pretrained.empty() && folder.exists()) config.model = load_run_config(folder.path()).config.model;
  return config;
}

// Once there is a checkpoint, it contains the weights that the run began with.
Config without_what_is_past(Config config, const RunFolder& folder) {
  if (folder.newest_on_schedule()) config.train.pretrained.clear();
  return config;
}

std::string trained_text(const nn::Parameters& parameters) {
  if (parameters.all_train()) return {};
  return fmt::format(", {} of them trained in {} tensors", format_count(parameters.trained_count()),
                     parameters.trained().size());
}

void announce(const Config& config, updates::Task& task, const RunFolder& folder) {
  const std::string warmup =
      config.schedule.warmup_steps == 0
          ? std::string("no warm-up")
          : fmt::format("{} warm-up {}", format_count(config.schedule.warmup_steps), enum_name(config.schedule.unit));
  const ModelConfig model = model_of_task(config);
  inform(fmt::format("{}: {}, {}, {} layers, d_model {}, {} parameters{}; {} at rate {}, {}", folder.path().string(),
                     enum_name(config.task), enum_name(config.model.norm_placement),
                     layers_text(model.encoder_layers, model.decoder_layers), config.model.d_model,
                     format_count(task.parameters().count()), trained_text(task.parameters()),
                     enum_name(config.optim.name), config.optim.lr, warmup));
}

void check_folder(const Config& config, const RunFolder& folder, Start start) {
  if (start == Start::kNew) return folder.check_unused();
  if (!folder.exists())
    throw_error<UsageError>("{}: no run to resume; leave out --resume to start one", folder.path().string());
  check_same_run(config, folder);
}

}  // namespace

runs::TrainingResult train(const Config& given, const RunFolder& folder, Start start) {
  const Config config = start == Start::kNew ? with_pretrained_model(given) : with_model_of(given, folder);
  validate(config);
  check_folder(config, folder, start);
  check_readable(config);
  const updates::ComputeSettings settings(config.runtime);
  std::optional<runs::RunLock> lock;
  if (start == Start::kResume) lock.emplace(folder.path());
  const std::filesystem::path prepared = prepared_dir(config, folder);
  const runs::Tokenizers tokenizers = start == Start::kResume ? folder.tokenizers() : make_tokenizers(config, prepared);
  const std::unique_ptr<updates::Task> task =
      app::make_task(without_what_is_past(config, folder), tokenizers, prepared);
  training::Trainer trainer(config, *task, folder);
  if (start == Start::kNew) {
    lock.emplace(folder.path());
    folder.create(config, tokenizers);
  } else {
    if (!trainer.resume()) inform(fmt::format("{}: no checkpoint yet; starting the run again", folder.path().string()));
    write_file_atomically(folder.config(), to_toml(config));
  }
  task->write_files(folder);
  announce(config, *task, folder);
  try {
    return trainer.run();
  } catch (const NumericsError& error) {
    runs::write_results(folder.results(), {runs::StopReason::kDivergence, trainer.state(), {}, {}, error.what()});
    throw;
  }
}

}  // namespace prenorm::app
