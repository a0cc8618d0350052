#include "prenorm/app/replay_run.h"

#include "prenorm/app/make_task.h"
#include "prenorm/app/setup.h"
#include "prenorm/base/error.h"
#include "prenorm/config/load.h"
#include "prenorm/config/validate.h"
#include "prenorm/updates/compute_settings.h"

namespace prenorm::app {

diagnosis::Replay replay_run(const runs::RunFolder& folder, std::int64_t step) {
  if (!folder.exists())
    throw_error<UsageError>("{}: is not a run folder, it has no config.toml", folder.path().string());
  Config config = load_run_config(folder.path()).config;
  validate(config);
  if (step > config.train.max_steps)
    throw_error<UsageError>("--step {}: the run ends at update {}", step, config.train.max_steps);
  // If the update is reached from a checkpoint, the weights that the run began with are not needed.
  const std::vector<std::int64_t> steps = folder.steps();
  if (!steps.empty() && steps.front() < step) config.train.pretrained.clear();
  check_readable(config);
  const updates::ComputeSettings settings(config.runtime);
  const auto task = app::make_task(config, folder.tokenizers(), prepared_dir(config, folder));
  diagnosis::Replay result = diagnosis::replay(config, *task, folder, step);
  if (!steps.empty() && steps.front() < step && result.from < steps.front())
    diagnosis::throw_checkpoints_removed(folder, step);
  return result;
}

}  // namespace prenorm::app
