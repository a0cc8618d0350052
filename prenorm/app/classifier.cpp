#include "prenorm/app/classifier.h"

#include <ATen/core/grad_mode.h>

#include "prenorm/base/error.h"
#include "prenorm/batches/example_batcher.h"
#include "prenorm/config/load.h"
#include "prenorm/config/validate.h"
#include "prenorm/files/file_system.h"
#include "prenorm/runs/read_checkpoint.h"
#include "prenorm/tasks/classification_task.h"

namespace prenorm::app {
namespace {

void append_probabilities(std::vector<std::vector<double>>& all, const at::Tensor& outputs) {
  const at::Tensor probabilities = outputs.to(at::kDouble).softmax(1).contiguous();
  const auto* data = probabilities.data_ptr<double>();
  const std::int64_t classes = probabilities.size(1);
  for (std::int64_t i = 0; i < probabilities.size(0); ++i)
    all.emplace_back(data + i * classes, data + (i + 1) * classes);
}

}  // namespace

LoadedClassifier load_classifier(const runs::RunFolder& folder, const std::string& which) {
  folder.find_checkpoint(which);  // before anything is created
  Config config = load_run_config(folder.path()).config;
  validate(config);
  if (config.task != TaskKind::kClassification)
    throw_error<UsageError>("{}: was trained with task = \"{}\"; predictions need a run with task = \"classification\"",
                            folder.path().string(), enum_name(config.task));
  if (!is_there(folder.labels()))
    throw_error<CheckpointError>(
        "{}: is missing, and it describes columns and classes; resume the run to write it again (imported classifiers "
        "have none and can only be used as train.pretrained)",
        folder.labels().string());
  LoadedClassifier loaded{
      std::move(config), folder.tokenizers().source, data::read_format(folder.labels()), nullptr, {}};
  loaded.model = std::make_unique<models::Bert>(loaded.config.model, loaded.tokenizer.size(),
                                                models::BertHeads{.outputs = loaded.format.outputs()},
                                                static_cast<std::uint64_t>(loaded.config.train.seed));
  loaded.checkpoint = runs::load_weights(folder, which, loaded.model->parameters());
  return loaded;
}

Predictions predict(const LoadedClassifier& classifier, const batches::Examples& examples,
                    const std::function<void(std::int64_t)>& progress) {
  const at::NoGradGuard no_grad;
  Predictions predictions;
  std::int64_t done = 0;
  for (const auto& indices : batches::batches_in_order(examples, classifier.config.batch)) {
    const auto batch = batches::make_text_batch(examples, indices, classifier.config.model.segments);
    const at::Tensor states = classifier.model->states(batch, nn::Context{});
    const at::Tensor outputs = classifier.model->outputs(states, batch, nn::Context{});
    append_answers(predictions.answers, outputs, examples.has_classes);
    if (examples.has_classes) append_probabilities(predictions.probabilities, outputs);
    if (progress) progress(done += std::ssize(indices));
  }
  return predictions;
}

tasks::Answers labels_of(const batches::Examples& examples) {
  tasks::Answers answers;
  for (const batches::Example& example : examples.list) {
    if (examples.has_classes) {
      answers.classes.push_back(example.label);
    } else {
      answers.values.push_back(example.value);
    }
  }
  return answers;
}

}  // namespace prenorm::app
