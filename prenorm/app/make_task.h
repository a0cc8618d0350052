// The task of a configuration.
#pragma once

#include <filesystem>
#include <memory>

#include "prenorm/config/config.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/tasks/synthetic_task.h"
#include "prenorm/updates/task.h"

namespace prenorm::app {

// Prepares the texts in `prepared_dir` and builds the model, with the weights of train.pretrained where one is named.
// Errors: those of both.
std::unique_ptr<updates::Task> make_task(const Config& config, const runs::Tokenizers& tokenizers,
                                         const std::filesystem::path& prepared_dir);

// What the task would prepare, made beforehand, so that several runs find it.
void prepare_data(const Config& config, const runs::Tokenizers& tokenizers, const std::filesystem::path& prepared_dir);

struct MeasuringOptions {
  bool synthetic = false;  // whatever text is named
  tasks::SyntheticLengths lengths{};
  std::filesystem::path prepared_dir{};  // where data.prepared_dir is empty
};

// To measure on rather than to train, as a run of the configuration would start: on the text that the configuration
// names, or on synthetic text where it names none. Errors: UsageError where the configuration does not hold together;
// those of make_task.
std::unique_ptr<updates::Task> measuring_task(Config config, const MeasuringOptions& options);
// The same for a configuration with task = "translation" and a text, whose batches are pairs of sentences.
std::unique_ptr<tasks::TranslatorTask> translation_to_measure(Config config, const std::filesystem::path& prepared_dir);

}  // namespace prenorm::app
