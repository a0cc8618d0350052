// Creates the task of a configuration.
#pragma once

#include <filesystem>
#include <memory>

#include "prenorm/config/config.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/tasks/synthetic_task.h"
#include "prenorm/updates/task.h"

namespace prenorm::app {

// Prepares the texts in `prepared_dir` and builds the model, with the weights of train.pretrained if it is set. Errors:
// those of both.
std::unique_ptr<updates::Task> make_task(const Config& config, const runs::Tokenizers& tokenizers,
                                         const std::filesystem::path& prepared_dir);

// Prepares the task's data in advance, so that several runs find it.
void prepare_data(const Config& config, const runs::Tokenizers& tokenizers, const std::filesystem::path& prepared_dir);

struct MeasuringOptions {
  bool synthetic = false;  // even if the configuration names a text
  tasks::SyntheticLengths lengths{};
  std::filesystem::path prepared_dir{};  // used if data.prepared_dir is empty
};

// A task to measure, not to train, as a run of the configuration would start: on the text that the configuration names,
// or on synthetic text if it names none. Errors: UsageError if the configuration is invalid; those of make_task.
std::unique_ptr<updates::Task> measuring_task(Config config, const MeasuringOptions& options);
// The same for a configuration with task = "translation" and a text, whose batches are pairs of sentences.
std::unique_ptr<tasks::TranslatorTask> translation_to_measure(Config config, const std::filesystem::path& prepared_dir);

}  // namespace prenorm::app
