// The task of a configuration, to measure on rather than to train: on the text it names, or on synthetic text where it
// names none.
#pragma once

#include <filesystem>
#include <memory>

#include "prenorm/config/config.h"
#include "prenorm/tasks/synthetic_task.h"
#include "prenorm/tasks/translator_task.h"

namespace prenorm::tasks {

struct MeasuringOptions {
  bool synthetic = false;  // whatever text is named
  SyntheticLengths lengths{};
  std::filesystem::path prepared_dir{};  // where data.prepared_dir is empty
};

// Errors: UsageError where the configuration does not hold together; those of TranslationTask.
std::unique_ptr<TranslatorTask> measuring_task(Config config, const MeasuringOptions& options);

}  // namespace prenorm::tasks
