#include "prenorm/tasks/measuring_task.h"

#include "prenorm/config/validate.h"
#include "prenorm/tasks/translation_setup.h"
#include "prenorm/tasks/translation_task.h"

namespace prenorm::tasks {

std::unique_ptr<TranslatorTask> measuring_task(Config config, const MeasuringOptions& options) {
  const bool synthetic = options.synthetic || config.data.train_source.empty();
  if (synthetic) config.data.train_source = config.data.train_target = "synthetic";
  validate(config);
  if (synthetic) return std::make_unique<SyntheticTask>(config, options.lengths);
  const std::filesystem::path prepared =
      config.data.prepared_dir.empty() ? options.prepared_dir : std::filesystem::path(config.data.prepared_dir);
  return std::make_unique<TranslationTask>(config, make_tokenizers(config, prepared), prepared);
}

}  // namespace prenorm::tasks
