// A trained classifier and its predictions.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "prenorm/batches/examples.h"
#include "prenorm/config/config.h"
#include "prenorm/data/example_format.h"
#include "prenorm/models/bert.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/tasks/answers.h"

namespace prenorm::app {

struct LoadedClassifier {
  Config config;
  text::Tokenizer tokenizer;
  data::ExampleFormat format;
  std::unique_ptr<models::Bert> model;
  std::filesystem::path checkpoint;
};

// `which`: see RunFolder::find_checkpoint. Errors: CheckpointError; UsageError, also if the run has another task.
LoadedClassifier load_classifier(const runs::RunFolder& folder, const std::string& which);

struct Predictions {
  tasks::Answers answers;
  std::vector<std::vector<double>> probabilities;  // by example and class; empty for numbers
};

// In the order of the examples. `progress` is called with the number done.
Predictions predict(const LoadedClassifier& classifier, const batches::Examples& examples,
                    const std::function<void(std::int64_t)>& progress = {});

// The labels of the examples.
tasks::Answers labels_of(const batches::Examples& examples);

}  // namespace prenorm::app
